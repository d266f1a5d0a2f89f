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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Finds runs by state and time in the sorted sets of all partitions. */
final class RunListing {

    private static final List<String> FIELDS = List.of("head", "name", "submitted", "finished");
    private static final int MAX_READ = 100_000;

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

    private List<Listed> newest(Set<RunState> states, Instant before, int limit) {
        List<CompletableFuture<List<ScoredValue<byte[]>>>> replies = new ArrayList<>();
        Range<Long> times =
                Range.from(
                        Range.Boundary.unbounded(),
                        Range.Boundary.excluding(before.toEpochMilli()));
        for (Keys keys : namespace.all()) {
            Set<String> sets = states.stream().map(keys::runsIn).collect(Collectors.toSet());
            for (String set : sets) {
                replies.add(
                        redis.commands()
                                .zrevrangebyscoreWithScores(
                                        Bytes.of(set), times, Limit.create(0, limit))
                                .toCompletableFuture());
            }
        }
        return replies.stream()
                .flatMap(reply -> RedisFutures.join(reply).stream())
                .map(s -> new Listed(new RunId(Bytes.text(s.getValue())), s.getScore()))
                .sorted(Comparator.comparingDouble(Listed::at).reversed())
                .limit(limit)
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
