package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.EntryRound.Entry;
import dev.stepweir.operator.doctor.Keyspace.Kind;
import dev.stepweir.operator.doctor.LetterRound.Letter;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.QueueEntries;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.Limit;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValueScanCursor;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Examines a namespace: compares what Redis holds with what the stored runs say, page by page, and
 * repairs what does not fit if it is to. Safe beside whatever else is going on.
 */
public final class Doctor {

    /** Reapers and orchestrators forget who was silent for ten minutes. */
    public static final Duration USUAL_SILENCE = Duration.ofMinutes(15);

    private static final int PAGE = 500;
    private static final String FIRST = "0-0";

    private static final Kind RUNS = new Kind("run:");
    private static final Kind QUEUES = new Kind("queue:");
    private static final Kind PARKED = new Kind("parked:");
    private static final Kind LOCKS = new Kind("resume-lock:");
    private static final Kind DEFINITIONS = new Kind("workflow:");

    private final Redis redis;
    private final Namespace namespace;
    private final Duration silence;
    private final Keyspace keyspace;

    /**
     * What an examination came to.
     *
     * @param repaired how much was repaired
     * @param left how much was found and is still so
     */
    public record Diagnosis(long repaired, long left) {

        /** Whether nothing is wrong now. */
        public boolean isHealthy() {
            return left == 0;
        }
    }

    /**
     * Over a connection that the caller keeps and closes.
     *
     * @param silence time without a sign of life after which a consumer that holds nothing is a
     *     ghost
     */
    public Doctor(Redis redis, Namespace namespace, Duration silence) {
        this.redis = redis;
        this.namespace = namespace;
        this.silence = silence;
        this.keyspace = new Keyspace(redis, namespace);
    }

    /**
     * Looks everywhere. What comes later rests on what came before: groups, then runs and what
     * moves their steps, then what is left over.
     *
     * @param fix whether to repair
     * @param tell hears of each finding at once
     * @throws io.lettuce.core.RedisException when Redis is out of reach; what was repaired stays so
     */
    public Diagnosis examine(boolean fix, Consumer<Treatment> tell) {
        Visit visit = new Visit(redis, fix, tell);
        Map<Keys, Map<Kind, TreeSet<String>>> names =
                keyspace.names(List.of(QUEUES, PARKED, LOCKS, DEFINITIONS));
        Map<Keys, Partition> partitions = new HashMap<>();
        for (Keys keys : namespace.all()) {
            Partition partition =
                    new Partition(
                            redis,
                            keys,
                            new RunStore(redis),
                            new WorkflowStore(redis),
                            new QueueEntries(redis),
                            new QueueGroups(redis));
            partitions.put(keys, partition);
            streams(visit, partition, names(names, keys, QUEUES));
        }
        keyspace.walk((keys, page) -> {
            Partition partition = partitions.get(keys);
            if (partition != null) {
                visit.of(partition, new RunRound(partition), runs(page));
            }
        });
        for (Keys keys : namespace.all()) {
            Partition partition = partitions.get(keys);
            if (partition != null) {
                leftovers(visit, partition, names.getOrDefault(keys, Map.of()));
            }
        }
        return visit.diagnosis();
    }

    private static List<String> names(
            Map<Keys, Map<Kind, TreeSet<String>>> names, Keys keys, Kind kind) {
        return List.copyOf(names.getOrDefault(keys, Map.of()).getOrDefault(kind, new TreeSet<>()));
    }

    private static List<RunId> runs(List<String> page) {
        return RUNS.in(page).stream()
                .distinct()
                .map(Partition::run)
                .flatMap(Optional::stream)
                .toList();
    }

    private void streams(Visit visit, Partition partition, List<String> stored) {
        TreeSet<String> queues = new TreeSet<>(stored);
        RedisFutures.join(redis.commands().smembers(Bytes.of(partition.keys().queues())))
                .forEach(name -> queues.add(Bytes.text(name)));
        List<String> all = new ArrayList<>(queues);
        all.add(StreamRound.INBOX);
        visit.of(partition, new StreamRound(partition), all);
    }

    private void leftovers(Visit visit, Partition partition, Map<Kind, TreeSet<String>> names) {
        Keys keys = partition.keys();
        for (RunState state : RunRound.LISTS) {
            String list = keys.runsIn(state);
            members(visit, partition, new RunRound.Listed(partition, list), list);
        }
        members(visit, partition, new TimerRound(partition), keys.timers());
        for (String dependency : names.getOrDefault(PARKED, new TreeSet<>())) {
            ParkedRound round = new ParkedRound(partition, dependency);
            members(visit, partition, round, keys.parked(dependency));
        }
        ConsumerRound consumers = new ConsumerRound(partition, silence);
        for (String queue : names.getOrDefault(QUEUES, new TreeSet<>())) {
            entries(visit, partition, queue);
            visit.of(partition, consumers, consumers.of(keys.queue(queue), Keys.WORKER_GROUP));
        }
        visit.of(partition, consumers, consumers.of(keys.inbox(), Keys.ORCHESTRATOR_GROUP));
        letters(visit, partition);
        visit.of(
                partition,
                new LockRound(partition),
                List.copyOf(names.getOrDefault(LOCKS, new TreeSet<>())));
        definitions(
                visit, partition, List.copyOf(names.getOrDefault(DEFINITIONS, new TreeSet<>())));
    }

    private void members(Visit visit, Partition partition, Round<String> round, String sortedSet) {
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
            ScanCursor from = cursor;
            ScoredValueScanCursor<byte[]> page =
                    redis.retrying(() ->
                            RedisFutures.join(
                                    redis.commands()
                                            .zscan(
                                                    Bytes.of(sortedSet),
                                                    from,
                                                    ScanArgs.Builder.limit(PAGE))));
            List<String> members =
                    page.getValues().stream()
                            .map(value -> Bytes.text(value.getValue()))
                            .distinct()
                            .toList();
            visit.of(partition, round, members);
            cursor = page;
        }
    }

    private static void entries(Visit visit, Partition partition, String queue) {
        EntryRound round = new EntryRound(partition);
        List<Entry> page = round.after(queue, FIRST);
        while (!page.isEmpty()) {
            visit.of(partition, round, page);
            page = round.after(queue, page.getLast().id());
        }
    }

    /** As the list of letters has them, and as the stream has them. */
    private void letters(Visit visit, Partition partition) {
        LetterRound listed = new LetterRound(partition, false);
        byte[] index = Bytes.of(partition.keys().letterIndex());
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
            ScanCursor from = cursor;
            MapScanCursor<byte[], byte[]> page =
                    redis.retrying(() ->
                            RedisFutures.join(
                                    redis.commands()
                                            .hscan(index, from, ScanArgs.Builder.limit(PAGE))));
            List<Letter> letters = new ArrayList<>();
            page.getMap()
                    .forEach((id, entry) ->
                            letters.add(new Letter(Bytes.text(id), Bytes.text(entry))));
            visit.of(partition, listed, letters);
            cursor = page;
        }
        LetterRound stored = new LetterRound(partition, true);
        byte[] stream = Bytes.of(partition.keys().deadLetters());
        String last = FIRST;
        while (true) {
            Range<String> rest = Range.from(Boundary.excluding(last), Boundary.unbounded());
            List<StreamMessage<byte[], byte[]>> page =
                    redis.retrying(() ->
                            RedisFutures.join(
                                    redis.commands().xrange(stream, rest, Limit.from(PAGE))));
            if (page.isEmpty()) {
                return;
            }
            visit.of(partition, stored, page.stream().map(Doctor::letter).toList());
            last = page.getLast().getId();
        }
    }

    private static Letter letter(StreamMessage<byte[], byte[]> message) {
        String id =
                message.getBody().entrySet().stream()
                        .filter(field -> Bytes.text(field.getKey()).equals("letter"))
                        .map(field -> Bytes.text(field.getValue()))
                        .findFirst()
                        .orElse("");
        return new Letter(id, message.getId());
    }

    /** Counting once serves all of them. */
    private void definitions(Visit visit, Partition partition, List<String> hashes) {
        if (!hashes.isEmpty()) {
            DefinitionRound round =
                    new DefinitionRound(
                            partition,
                            each ->
                                    keyspace.walk((keys, page) -> {
                                        if (keys.equals(partition.keys())) {
                                            each.accept(runs(page));
                                        }
                                    }));
            visit.of(partition, round, hashes);
        }
    }
}
