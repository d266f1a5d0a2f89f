package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.RunId;
import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An entry of a dead-letter stream.
 *
 * @param entry its id there
 * @param died by the clock of Redis
 */
public record StoredLetter(String entry, DeadLetter letter, Instant died) {

    /**
     * Reads an entry; empty if it is no letter, or one that only another version understands. One
     * of those must not keep people from all the others.
     */
    public static Optional<StoredLetter> read(StreamMessage<byte[], byte[]> message) {
        try {
            return Optional.of(of(message)).filter(StoredLetter::isWhole);
        } catch (RuntimeException garbled) {
            return Optional.empty();
        }
    }

    private static StoredLetter of(StreamMessage<byte[], byte[]> message) {
        String letter = "";
        long died = 0;
        for (Map.Entry<byte[], byte[]> field : message.getBody().entrySet()) {
            switch (Bytes.text(field.getKey())) {
                case "d" -> letter = Bytes.text(field.getValue());
                case "died" -> died = Long.parseLong(Bytes.text(field.getValue()));
                default -> {}
            }
        }
        return new StoredLetter(
                message.getId(), Json.read(letter, DeadLetter.class), Instant.ofEpochMilli(died));
    }

    /** JSON may lack what a letter has. */
    private boolean isWhole() {
        boolean named =
                Stream.of(letter.id(), letter.workflow(), letter.step(), letter.handler())
                        .allMatch(Objects::nonNull);
        return named
                && letter.reason() != null
                && letter.error().type() != null
                && run().partition() >= 0
                && Dispatch.parse(letter.dispatch()).number() > 0;
    }

    RunId run() {
        return new RunId(letter.runId());
    }
}
