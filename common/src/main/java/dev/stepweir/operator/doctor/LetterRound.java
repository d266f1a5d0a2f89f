package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.LetterRound.Letter;
import dev.stepweir.operator.letters.StoredLetter;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RelistLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Dead letters, as the list or the stream has them: each is the one that its step names. */
final class LetterRound implements Round<Letter> {

    private final Partition partition;
    private final boolean fromStream;

    /**
     * A letter.
     *
     * @param id {@code <run>/<step>}
     * @param entryId its place in the stream
     */
    record Letter(String id, String entryId) {

        Optional<StepAddress> step() {
            return id.length() > Partition.RUN_LENGTH + 1
                    ? Partition.run(id)
                            .map(run ->
                                    new StepAddress(
                                            run, id.substring(Partition.RUN_LENGTH + 1), ""))
                    : Optional.empty();
        }
    }

    /**
     * A round.
     *
     * @param fromStream whether the letters come from the stream, and not from the list: then what
     *     they say is read as well, and those on the list have had their turn
     */
    LetterRound(Partition partition, boolean fromStream) {
        this.partition = partition;
        this.fromStream = fromStream;
    }

    @Override
    public List<Suspect<Letter>> look(List<Letter> letters) {
        Keys keys = partition.keys();
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        Map<Letter, CompletableFuture<Optional<StreamMessage<byte[], byte[]>>>> stored =
                new LinkedHashMap<>();
        Map<Letter, CompletableFuture<Boolean>> listed = new LinkedHashMap<>();
        for (Letter letter : letters) {
            letter.step()
                    .ifPresent(step ->
                            wanted.computeIfAbsent(step.run(), run -> new ArrayList<>())
                                    .add(StepFields.state(step.step())));
        }
        Map<RunId, Map<String, String>> runs = partition.fields(wanted);
        // What a step does not name and is still there was there when the step was read.
        for (Letter letter : letters) {
            var commands = partition.redis().commands();
            stored.put(
                    letter,
                    commands.xrange(
                                    Bytes.of(keys.deadLetters()),
                                    Range.create(letter.entryId(), letter.entryId()))
                            .toCompletableFuture()
                            .thenApply(found -> found.stream().findFirst()));
            listed.put(
                    letter,
                    commands.hget(Bytes.of(keys.letterIndex()), Bytes.of(letter.id()))
                            .toCompletableFuture()
                            .thenApply(entry ->
                                    entry != null && Bytes.text(entry).equals(letter.entryId())));
        }
        Map<Letter, StreamMessage<byte[], byte[]>> there = new HashMap<>();
        stored.forEach((letter, reply) ->
                RedisFutures.join(reply).ifPresent(found -> there.put(letter, found)));
        Set<Letter> known = whichAre(listed);
        List<Suspect<Letter>> suspects = new ArrayList<>();
        for (Letter letter : letters) {
            boolean isStored = there.containsKey(letter);
            boolean isListed = known.contains(letter);
            letter.step()
                    .filter(step -> runs.containsKey(step.run()))
                    .filter(step -> fromStream ? isStored && !isListed : isStored || isListed)
                    .flatMap(step ->
                            look(
                                    letter,
                                    step,
                                    runs.getOrDefault(step.run(), Map.of())
                                            .getOrDefault(step.field(), ""),
                                    isStored,
                                    isListed))
                    .ifPresent(suspects::add);
            Optional.ofNullable(there.get(letter))
                    .filter(found -> fromStream && StoredLetter.read(found).isEmpty())
                    .flatMap(found -> unreadable(letter, runs))
                    .ifPresent(suspects::add);
        }
        return suspects;
    }

    /**
     * One that its step names is left for a person, since it is all that tells why the step died.
     * One that its step does not name is an orphan, whatever it says.
     */
    private Optional<Suspect<Letter>> unreadable(
            Letter letter, Map<RunId, Map<String, String>> runs) {
        if (letter.step().isEmpty()) {
            return Optional.of(
                    Suspect.of(
                            letter,
                            partition.finding(
                                    Ailment.UNREADABLE,
                                    "dlq " + letter.entryId(),
                                    "is no dead letter that can be read, and names no step"),
                            "",
                            () -> remove(letter)));
        }
        return letter.step()
                .filter(step ->
                        names(
                                runs.getOrDefault(step.run(), Map.of())
                                        .getOrDefault(step.field(), ""),
                                letter))
                .map(step ->
                        Suspect.incurable(
                                letter,
                                partition.finding(
                                        Ailment.UNREADABLE,
                                        letter.id(),
                                        "has a dead letter "
                                                + letter.entryId()
                                                + " that cannot be read"),
                                ""));
    }

    private Object remove(Letter letter) {
        byte[] stream = Bytes.of(partition.keys().deadLetters());
        return "REMOVED "
                + RedisFutures.join(partition.redis().commands().xdel(stream, letter.entryId()));
    }

    private static boolean names(String text, Letter letter) {
        return (text + " ").contains(" dlq=" + letter.entryId() + " ");
    }

    private static Set<Letter> whichAre(Map<Letter, CompletableFuture<Boolean>> replies) {
        Set<Letter> letters = new HashSet<>();
        replies.forEach((letter, reply) -> {
            if (RedisFutures.join(reply)) {
                letters.add(letter);
            }
        });
        return letters;
    }

    private Optional<Suspect<Letter>> look(
            Letter letter, StepAddress step, String text, boolean stored, boolean listed) {
        boolean named = names(text, letter);
        if (named && (listed || !stored)) {
            return Optional.empty();
        }
        return Optional.of(
                Suspect.of(
                        letter,
                        named
                                ? partition.finding(
                                        Ailment.UNLISTED_LETTER,
                                        letter.id(),
                                        "its dead letter is not on the list of letters")
                                : partition.finding(
                                        Ailment.ORPHAN_LETTER,
                                        letter.id(),
                                        "has a dead letter "
                                                + letter.entryId()
                                                + " that it does not name"),
                        text,
                        () ->
                                new RelistLetter(partition.keys(), step, letter.entryId())
                                        .run(partition.redis().scripts())));
    }
}
