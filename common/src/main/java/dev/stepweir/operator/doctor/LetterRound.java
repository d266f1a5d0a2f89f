package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.LetterRound.Letter;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RelistLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import io.lettuce.core.Range;
import java.util.ArrayList;
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

    LetterRound(Partition partition) {
        this.partition = partition;
    }

    @Override
    public List<Suspect<Letter>> look(List<Letter> letters) {
        Keys keys = partition.keys();
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        Map<Letter, CompletableFuture<Boolean>> stored = new LinkedHashMap<>();
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
                            .thenApply(found -> !found.isEmpty()));
            listed.put(
                    letter,
                    commands.hget(Bytes.of(keys.letterIndex()), Bytes.of(letter.id()))
                            .toCompletableFuture()
                            .thenApply(entry ->
                                    entry != null && Bytes.text(entry).equals(letter.entryId())));
        }
        Set<Letter> there = whichAre(stored);
        Set<Letter> known = whichAre(listed);
        List<Suspect<Letter>> suspects = new ArrayList<>();
        for (Letter letter : letters) {
            boolean isStored = there.contains(letter);
            boolean isListed = known.contains(letter);
            letter.step()
                    .filter(step -> runs.containsKey(step.run()) && (isStored || isListed))
                    .flatMap(step ->
                            look(
                                    letter,
                                    step,
                                    runs.getOrDefault(step.run(), Map.of())
                                            .getOrDefault(step.field(), ""),
                                    isStored,
                                    isListed))
                    .ifPresent(suspects::add);
        }
        return suspects;
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
        boolean named = (text + " ").contains(" dlq=" + letter.entryId() + " ");
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
