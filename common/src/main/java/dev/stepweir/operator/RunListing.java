package dev.stepweir.operator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScoredValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Finds runs by state and time in the sorted sets of all partitions. */
final class RunListing {

    private static final List<String> FIELDS = List.of("head", "name", "submitted", "finished");
    private static final int MAX_READ = 100_000;
    private static final int PAGE = 500;

    /** A run and when it was opened or closed. */
    private record Listed(RunId run, double at) {}

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;

    RunListing(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
    }

    /** Runs in one of the states, opened or closed before a time, the latest first. */
    List<RunSummary> list(Set<RunState> states, Instant before, int limit) {
        for (int asked = limit; ; asked *= 4) {
            List<Listed> newest = newest(states, before, asked);
            List<RunSummary> found =
                    summaries(newest).stream()
                            .filter(run -> states.contains(run.state()))
                            .limit(limit)
                            .toList();
            // Submitted and running runs share one set: those of the other state are left out.
            if (found.size() >= limit || newest.size() < asked || asked >= MAX_READ) {
                return found;
            }
        }
    }

    /**
     * All of them, however many there are: the sets one after the other, the latest of each first.
     * Few are held at a time, and those that were told may be removed meanwhile.
     */
    void forEach(Set<RunState> states, Instant before, Consumer<RunSummary> action) {
        for (String set : sets(states)) {
            walk(
                    set,
                    before,
                    page ->
                            redis.retrying(() -> summaries(page)).stream()
                                    .filter(run -> states.contains(run.state()))
                                    .forEach(action));
        }
    }

    private void walk(String set, Instant before, Consumer<List<Listed>> action) {
        Range<Long> times = until(Range.Boundary.excluding(before.toEpochMilli()));
        Set<RunId> met = new HashSet<>();
        long last = Long.MAX_VALUE;
        while (true) {
            // A page begins at the time at which the last one ended, for others may have it too.
            int asked = PAGE + met.size();
            Range<Long> left = times;
            List<Listed> page =
                    redis.retrying(() -> listed(RedisFutures.join(read(set, left, asked))));
            List<Listed> fresh = page.stream().filter(one -> !met.contains(one.run())).toList();
            if (fresh.isEmpty()) {
                return;
            }
            action.accept(fresh);
            long end = (long) fresh.getLast().at();
            if (end < last) {
                met.clear();
            }
            last = end;
            fresh.stream().filter(one -> one.at() <= end).forEach(one -> met.add(one.run()));
            times = until(Range.Boundary.including(end));
        }
    }

    private List<Listed> newest(Set<RunState> states, Instant before, int limit) {
        Range<Long> times = until(Range.Boundary.excluding(before.toEpochMilli()));
        return sets(states).stream().map(set -> read(set, times, limit)).toList().stream()
                .flatMap(reply -> listed(RedisFutures.join(reply)).stream())
                .sorted(Comparator.comparingDouble(Listed::at).reversed())
                .limit(limit)
                .toList();
    }

    /** Where the runs of those states are listed, in all partitions. */
    private List<String> sets(Set<RunState> states) {
        return namespace.all().stream()
                .flatMap(keys -> states.stream().map(keys::runsIn))
                .distinct()
                .toList();
    }

    private static Range<Long> until(Range.Boundary<Long> end) {
        return Range.from(Range.Boundary.unbounded(), end);
    }

    private CompletableFuture<List<ScoredValue<byte[]>>> read(
            String set, Range<Long> times, int limit) {
        return redis.commands()
                .zrevrangebyscoreWithScores(Bytes.of(set), times, Limit.create(0, limit))
                .toCompletableFuture();
    }

    private static List<Listed> listed(List<ScoredValue<byte[]>> members) {
        return members.stream()
                .map(s -> new Listed(new RunId(Bytes.text(s.getValue())), s.getScore()))
                .toList();
    }

    private List<RunSummary> summaries(List<Listed> listed) {
        Map<RunId, CompletableFuture<Map<String, String>>> replies = new LinkedHashMap<>();
        for (Listed one : listed) {
            Keys keys = namespace.keys(one.run());
            replies.computeIfAbsent(one.run(), run -> runs.fieldsAsync(keys, run, FIELDS));
        }
        List<RunSummary> summaries = new ArrayList<>();
        replies.forEach(
                (run, reply) -> summary(run, RedisFutures.join(reply)).ifPresent(summaries::add));
        return summaries;
    }

    private static Optional<RunSummary> summary(RunId run, Map<String, String> fields) {
        return Optional.ofNullable(fields.get("head"))
                .map(RunHead::parse)
                .map(head ->
                        new RunSummary(
                                run,
                                head.state(),
                                fields.getOrDefault("name", ""),
                                time(fields, "submitted").orElse(Instant.EPOCH),
                                time(fields, "finished"),
                                head.deadSteps()));
    }

    private static Optional<Instant> time(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name))
                .map(Long::parseLong)
                .map(Instant::ofEpochMilli);
    }

    static Set<RunState> all() {
        return EnumSet.allOf(RunState.class);
    }
}
