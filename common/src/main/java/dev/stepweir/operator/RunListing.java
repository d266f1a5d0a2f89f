package dev.stepweir.operator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScoredValue;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Finds runs in the sorted sets of all partitions, which list them by state and time. */
final class RunListing {

    private static final List<String> FIELDS = List.of("head", "name", "submitted", "finished");
    private static final int PAGE = 500;

    /** What a sorted set lists, and when it was opened or closed. */
    private record Listed(String member, double at) {}

    /**
     * A sorted set from its latest member backward, read a page at a time. What was told may be
     * removed meanwhile.
     */
    private static final class Backward {

        private final byte[] set;
        private final Deque<Listed> read = new ArrayDeque<>();
        private final Set<String> met = new HashSet<>();
        private Range<Long> left;
        private long last = Long.MAX_VALUE;
        private boolean ended;

        Backward(String set, Optional<Instant> before) {
            this.set = Bytes.of(set);
            this.left =
                    until(
                            before.map(Instant::toEpochMilli)
                                    .map(Range.Boundary::excluding)
                                    .orElseGet(Range.Boundary::unbounded));
        }

        private static Range<Long> until(Range.Boundary<Long> end) {
            return Range.from(Range.Boundary.unbounded(), end);
        }

        CompletableFuture<List<ScoredValue<byte[]>>> next(Redis redis, int atMost) {
            // A page begins at the time at which the last one ended, for others may have it too.
            Limit limit = Limit.create(0, atMost + met.size());
            return redis.commands()
                    .zrevrangebyscoreWithScores(set, left, limit)
                    .toCompletableFuture();
        }

        void take(List<ScoredValue<byte[]>> page) {
            List<Listed> fresh =
                    page.stream()
                            .map(one -> new Listed(Bytes.text(one.getValue()), one.getScore()))
                            .filter(one -> !met.contains(one.member()))
                            .toList();
            if (fresh.isEmpty()) {
                ended = true;
                return;
            }
            read.addAll(fresh);
            long end = (long) fresh.getLast().at();
            if (end < last) {
                met.clear();
            }
            last = end;
            fresh.stream().filter(one -> one.at() <= end).forEach(one -> met.add(one.member()));
            left = until(Range.Boundary.including(end));
        }
    }

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;

    RunListing(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
    }

    /**
     * The latest opened or closed first. Runs of all workflows share their sets, and submitted and
     * running ones share one: however many others come first, they are passed by, few at a time.
     */
    List<RunSummary> list(RunFilter filter, int limit) {
        Map<RunId, RunSummary> found = new LinkedHashMap<>();
        List<Backward> sets = sets(filter);
        for (int asked = Math.min(limit, PAGE); found.size() < limit; asked = PAGE) {
            List<Listed> page = newest(sets, asked);
            if (page.isEmpty()) {
                break;
            }
            accepted(filter, page).forEach(run -> found.putIfAbsent(run.id(), run));
        }
        return found.values().stream().limit(limit).toList();
    }

    /**
     * All of them, however many there are: the sets one after the other, the latest of each first.
     * Few are held at a time, and those that were told may be removed meanwhile.
     */
    void forEach(RunFilter filter, Consumer<RunSummary> action) {
        for (Backward set : sets(filter)) {
            List<Backward> one = List.of(set);
            for (List<Listed> page = newest(one, PAGE); !page.isEmpty(); page = newest(one, PAGE)) {
                accepted(filter, page).forEach(action);
            }
        }
    }

    /** The next of all sets together; none only at the end. */
    private List<Listed> newest(List<Backward> sets, int atMost) {
        List<Listed> newest = new ArrayList<>();
        while (newest.size() < atMost) {
            fill(sets, atMost);
            Optional<Backward> first =
                    sets.stream()
                            .filter(set -> !set.read.isEmpty())
                            .max(Comparator.comparingDouble(set -> set.read.getFirst().at()));
            if (first.isEmpty()) {
                break;
            }
            newest.add(first.get().read.removeFirst());
        }
        return newest;
    }

    /** Until of each set there is one member, or there are no more. */
    private void fill(List<Backward> sets, int atMost) {
        List<Backward> empty =
                sets.stream().filter(set -> set.read.isEmpty() && !set.ended).toList();
        if (empty.isEmpty()) {
            return;
        }
        List<List<ScoredValue<byte[]>>> pages =
                redis.retrying(() ->
                        empty.stream().map(set -> set.next(redis, atMost)).toList().stream()
                                .map(RedisFutures::join)
                                .toList());
        for (int i = 0; i < empty.size(); i++) {
            empty.get(i).take(pages.get(i));
        }
    }

    /** Where the runs of those states are listed, in all partitions. */
    private List<Backward> sets(RunFilter filter) {
        return namespace.all().stream()
                .flatMap(keys -> filter.states().stream().map(keys::runsIn))
                .distinct()
                .map(set -> new Backward(set, filter.before()))
                .toList();
    }

    private List<RunSummary> accepted(RunFilter filter, List<Listed> page) {
        return redis.retrying(() -> summaries(page)).stream().filter(filter::accepts).toList();
    }

    private List<RunSummary> summaries(List<Listed> listed) {
        Map<RunId, CompletableFuture<Map<String, String>>> replies = new LinkedHashMap<>();
        for (Listed one : listed) {
            run(one.member())
                    .ifPresent(run ->
                            replies.computeIfAbsent(
                                    run, id -> runs.fieldsAsync(namespace.keys(id), id, FIELDS)));
        }
        List<RunSummary> summaries = new ArrayList<>();
        replies.forEach((run, reply) -> summary(run, reply).ifPresent(summaries::add));
        return summaries;
    }

    private static Optional<RunId> run(String member) {
        try {
            return Optional.of(new RunId(member));
        } catch (IllegalArgumentException garbled) {
            return Optional.empty();
        }
    }

    /** Empty for one that is gone, or cannot be read: the doctor tells of that. */
    private static Optional<RunSummary> summary(
            RunId run, CompletableFuture<Map<String, String>> reply) {
        try {
            return summary(run, RedisFutures.join(reply));
        } catch (IllegalArgumentException garbled) {
            return Optional.empty();
        } catch (RedisException failure) {
            if (Redis.concernsWhatWasAsked(failure)) {
                return Optional.empty();
            }
            throw failure;
        }
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
}
