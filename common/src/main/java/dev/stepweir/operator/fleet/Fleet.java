package dev.stepweir.operator.fleet;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Pause;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.models.stream.PendingMessages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** The processes of a namespace, and what waits for them. Thread-safe. */
public final class Fleet {

    /** A process that has been silent for longer does not count as alive. */
    public static final Duration ALIVE_WITHIN = Duration.ofSeconds(30);

    private final Redis redis;
    private final Namespace namespace;

    /** Over a connection that the caller keeps and closes. */
    public Fleet(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
    }

    /** The workers, in the order of their ids. Those that are gone stay listed for a while. */
    public List<WorkerView> workers() {
        return redis.retrying(this::readWorkers);
    }

    private List<WorkerView> readWorkers() {
        Map<String, Instant> beats = new TreeMap<>();
        namespace.all().stream()
                .map(keys -> beats(keys.workerBeats()))
                .toList()
                .forEach(reply ->
                        RedisFutures.join(reply)
                                .forEach((id, at) -> beats.merge(id, at, Fleet::later)));
        // Another has taken the place of these; they wait for a reaper to forget their consumers.
        beats.values().removeIf(Instant.EPOCH::equals);
        Map<String, JsonNode> records = records();
        Map<String, Long> held = held();
        Instant now = now();
        return beats.entrySet().stream()
                .map(beat ->
                        new WorkerView(
                                beat.getKey(),
                                beat.getValue(),
                                state(beat.getValue(), now, record(records, beat.getKey())),
                                held.getOrDefault(beat.getKey(), 0L),
                                record(records, beat.getKey())))
                .toList();
    }

    private static JsonNode record(Map<String, JsonNode> records, String worker) {
        return records.getOrDefault(worker, NullNode.getInstance());
    }

    private static WorkerState state(Instant beat, Instant now, JsonNode record) {
        long usual = ALIVE_WITHIN.dividedBy(3).toMillis();
        long heartbeat = record.path(LeaseTerms.HEARTBEAT_FIELD).asLong(usual);
        return WorkerState.of(
                Duration.between(beat, now),
                Duration.ofMillis(heartbeat),
                record.path("draining").asBoolean(false));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private Map<String, JsonNode> records() {
        byte[] key = Bytes.of(namespace.keys(0).workerRecords());
        Map<String, JsonNode> records = new HashMap<>();
        RedisFutures.join(commands().hgetall(key).toCompletableFuture())
                .forEach((id, record) -> records.put(Bytes.text(id), Json.treeIfAny(record)));
        return records;
    }

    private Map<String, Long> held() {
        Map<String, Long> held = new HashMap<>();
        for (Keys keys : namespace.all()) {
            queueNames(keys).stream()
                    .map(name -> pending(keys.queue(name)))
                    .toList()
                    .forEach(reply ->
                            RedisFutures.join(reply)
                                    .forEach((who, n) -> held.merge(who, n, Long::sum)));
        }
        return held;
    }

    private CompletableFuture<Map<String, Long>> pending(String queue) {
        return commands()
                .xpending(Bytes.of(queue), Bytes.of(Keys.WORKER_GROUP))
                .toCompletableFuture()
                .thenApply(PendingMessages::getConsumerMessageCount)
                .exceptionally(noSuchGroup -> Map.of());
    }

    /** Orchestrators and reapers, in the order of their ids. */
    public List<RoleView> roles() {
        return redis.retrying(() -> {
            Instant now = now();
            return new TreeMap<>(RedisFutures.join(beats(namespace.keys(0).roleBeats())))
                    .entrySet().stream()
                            .map(beat ->
                                    new RoleView(
                                            beat.getKey(),
                                            beat.getValue(),
                                            isAlive(beat.getValue(), now)))
                            .toList();
        });
    }

    private static boolean isAlive(Instant beat, Instant now) {
        return Duration.between(beat, now).compareTo(ALIVE_WITHIN) <= 0;
    }

    private CompletableFuture<Map<String, Instant>> beats(String key) {
        return commands()
                .zrangeWithScores(Bytes.of(key), 0, -1)
                .toCompletableFuture()
                .thenApply(Fleet::instants);
    }

    private static Map<String, Instant> instants(List<ScoredValue<byte[]>> scores) {
        Map<String, Instant> beats = new HashMap<>();
        for (ScoredValue<byte[]> score : scores) {
            beats.put(Bytes.text(score.getValue()), Instant.ofEpochMilli((long) score.getScore()));
        }
        return beats;
    }

    /** The queues, in the order of their names. */
    public List<QueueView> queues() {
        return redis.retrying(() -> {
            Map<String, QueueView> sums = new TreeMap<>();
            for (Keys keys : namespace.all()) {
                queueNames(keys).stream().map(name -> queue(keys, name)).toList().stream()
                        .map(RedisFutures::join)
                        .forEach(one -> sums.merge(one.name(), one, QueueView::plus));
            }
            Map<String, Pause> paused = new Queues(redis, namespace).paused();
            return sums.values().stream()
                    .map(queue ->
                            queue.heldUp(
                                    Optional.ofNullable(
                                            paused.get(QueueName.handler(queue.name())))))
                    .toList();
        });
    }

    private List<String> queueNames(Keys keys) {
        return RedisFutures.join(commands().smembers(Bytes.of(keys.queues())).toCompletableFuture())
                .stream()
                .map(Bytes::text)
                .sorted()
                .toList();
    }

    /** What is done is deleted, so whatever is in a stream and not in hand waits. */
    private CompletableFuture<QueueView> queue(Keys keys, String name) {
        byte[] key = Bytes.of(keys.queue(name));
        CompletableFuture<Long> length = commands().xlen(key).toCompletableFuture();
        return commands()
                .xinfoGroups(key)
                .toCompletableFuture()
                .exceptionally(noSuchStream -> List.of())
                .thenCombine(length, (groups, entries) -> queue(name, groups, entries));
    }

    private static QueueView queue(String name, List<Object> groups, long entries) {
        for (Object group : groups) {
            Map<String, Object> fields = fields((List<?>) group);
            if (Keys.WORKER_GROUP.equals(fields.get("name"))) {
                long inHand = (Long) fields.getOrDefault("pending", 0L);
                long consumers = (Long) fields.getOrDefault("consumers", 0L);
                return new QueueView(
                        name, Math.max(0, entries - inHand), inHand, consumers, Optional.empty());
            }
        }
        return new QueueView(name, entries, 0, 0, Optional.empty());
    }

    private static Map<String, Object> fields(List<?> flat) {
        List<Object> texts = new ArrayList<>();
        for (Object value : flat) {
            texts.add(value instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(value));
        }
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            Object value = flat.get(i + 1);
            fields.put((String) texts.get(i), value instanceof Long ? value : texts.get(i + 1));
        }
        return fields;
    }

    private Instant now() {
        return Instant.ofEpochMilli(RedisTime.millis(redis));
    }

    private RedisAsyncCommands<byte[], byte[]> commands() {
        return redis.commands();
    }
}
