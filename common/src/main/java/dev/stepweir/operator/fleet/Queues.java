package dev.stepweir.operator.fleet;

import dev.stepweir.operator.Pause;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.PauseQueue;
import dev.stepweir.redis.script.ResumeQueue;
import dev.stepweir.workflow.QueueName;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Queues as operators handle them: hold one up, let it go on. A queue has the name of the handler
 * whose workers read it. Thread-safe.
 */
public final class Queues {

    private final Redis redis;
    private final Namespace namespace;

    /** Over a connection that the caller keeps and closes. */
    public Queues(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
    }

    /** Every queue that something was published to, or that a worker ever had a handler for. */
    public SortedSet<String> names() {
        return redis.retrying(() -> {
            SortedSet<String> names = new TreeSet<>();
            for (Keys keys : namespace.all()) {
                RedisFutures.join(redis.commands().smembers(Bytes.of(keys.queues())))
                        .forEach(name -> names.add(Bytes.text(name)));
            }
            names.removeIf(QueueName::isSolo);
            byte[] handlers = Bytes.of(namespace.keys(0).handlers());
            RedisFutures.join(redis.commands().hkeys(handlers))
                    .forEach(name -> names.add(Bytes.text(name)));
            return names;
        });
    }

    /**
     * Holds a queue up: workers stop reading it within a moment, at the latest at their next
     * heartbeat. Steps are published to it as ever, and what workers execute may finish.
     *
     * @param by who asks
     * @param reason for the record, may be empty
     */
    public PauseQueue.Outcome pause(String queue, String by, String reason) {
        PauseQueue pause = new PauseQueue(namespace.keys(0), queue, Pause.record(by, reason));
        return redis.retrying(() -> pause.run(redis.scripts()));
    }

    /** Lets workers read a queue again. */
    public ResumeQueue.Outcome resume(String queue) {
        ResumeQueue resume = new ResumeQueue(namespace.keys(0), queue);
        return redis.retrying(() -> resume.run(redis.scripts()));
    }

    /** The queues that are held up, by whom and why. */
    public SortedMap<String, Pause> paused() {
        byte[] key = Bytes.of(namespace.keys(0).pausedQueues());
        Map<byte[], byte[]> stored =
                redis.retrying(() -> RedisFutures.join(redis.commands().hgetall(key)));
        SortedMap<String, Pause> paused = new TreeMap<>();
        stored.forEach(
                (name, pause) -> paused.put(Bytes.text(name), Pause.parse(Bytes.text(pause))));
        return paused;
    }
}
