package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.Map;

/**
 * An entry of a dead-letter stream.
 *
 * @param entry its id there
 * @param died by the clock of Redis
 */
record StoredLetter(String entry, DeadLetter letter, Instant died) {

    static StoredLetter of(StreamMessage<byte[], byte[]> message) {
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

    RunId run() {
        return new RunId(letter.runId());
    }
}
