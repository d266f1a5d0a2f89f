package dev.stepweir.operator.letters;

import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.ErrorGroup;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How many dead letters there are of what.
 *
 * @param total all of them that can be read
 * @param unreadable entries that are no letters, or of another version
 * @param workflows by the workflow's name, the most first
 * @param handlers by the step's handler, the most first
 * @param reasons by why they died, the most first
 * @param statuses by how far people are with them, the most first
 * @param groups by their errors, the most first
 */
public record LetterStats(
        long total,
        long unreadable,
        Map<String, Long> workflows,
        Map<String, Long> handlers,
        Map<String, Long> reasons,
        Map<String, Long> statuses,
        List<Group> groups) {

    /**
     * The letters of one error group.
     *
     * @param type of the first error met
     * @param message of the first error met, as an example
     * @param handler of the first letter met
     * @param firstDied when the first of them died
     * @param lastDied when the last of them died
     */
    public record Group(
            ErrorGroup group,
            long count,
            String type,
            String message,
            String handler,
            Instant firstDied,
            Instant lastDied) {

        private static Group of(DeadLetter letter, Instant died) {
            return new Group(
                    ErrorGroup.of(letter.error()),
                    1,
                    letter.error().type(),
                    letter.error().message(),
                    letter.handler(),
                    died,
                    died);
        }

        private Group and(Group other) {
            return new Group(
                    group,
                    count + other.count,
                    type,
                    message,
                    handler,
                    firstDied.isBefore(other.firstDied) ? firstDied : other.firstDied,
                    lastDied.isAfter(other.lastDied) ? lastDied : other.lastDied);
        }
    }

    /** Counts. For one thread. */
    static final class Counter {

        private long total;
        private final Map<String, Long> workflows = new LinkedHashMap<>();
        private final Map<String, Long> handlers = new LinkedHashMap<>();
        private final Map<String, Long> reasons = new LinkedHashMap<>();
        private final Map<String, Long> statuses = new LinkedHashMap<>();
        private final Map<ErrorGroup, Group> groups = new LinkedHashMap<>();

        void count(
                List<StoredLetter> page,
                Map<String, CompletableFuture<LetterReader.Beside>> besides) {
            besides.values().forEach(RedisFutures::join);
            page.forEach(this::count);
            besides.values().stream()
                    .map(RedisFutures::join)
                    .map(beside -> beside.investigation().status().name())
                    .forEach(status -> statuses.merge(status, 1L, Long::sum));
        }

        private void count(StoredLetter stored) {
            DeadLetter letter = stored.letter();
            total++;
            workflows.merge(letter.workflow(), 1L, Long::sum);
            handlers.merge(letter.handler(), 1L, Long::sum);
            reasons.merge(letter.reason().name(), 1L, Long::sum);
            Group one = Group.of(letter, stored.died());
            groups.merge(one.group(), one, Group::and);
        }

        LetterStats stats(long unreadable) {
            return new LetterStats(
                    total,
                    unreadable,
                    mostFirst(workflows),
                    mostFirst(handlers),
                    mostFirst(reasons),
                    mostFirst(statuses),
                    groups.values().stream()
                            .sorted(Comparator.comparing(Group::count).reversed())
                            .toList());
        }

        private static Map<String, Long> mostFirst(Map<String, Long> counts) {
            Map<String, Long> sorted = new LinkedHashMap<>();
            counts.entrySet().stream()
                    .sorted(
                            Map.Entry.<String, Long>comparingByValue()
                                    .reversed()
                                    .thenComparing(Map.Entry.comparingByKey()))
                    .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
            return sorted;
        }
    }
}
