package dev.stepweir.reaper;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.ForgetConsumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the workers of one partition that fell silent long ago: their consumers, once these hold
 * nothing, and then their records. Every start of a worker brings a new name, so they would pile
 * up.
 */
final class SilentWorkers implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(SilentWorkers.class);
    private static final int PAGE = 100;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Redis redis;
    private final Keys keys;
    private final KnownQueues queues;
    private final Duration silence;

    /**
     * A duty for one partition.
     *
     * @param silence time without a beat after which a worker is forgotten
     */
    SilentWorkers(Redis redis, Keys keys, KnownQueues queues, Duration silence) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.silence = silence;
    }

    @Override
    public String name() {
        return "silent-workers-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        long before = RedisTime.millis(redis) - silence.toMillis();
        Range<Long> lapsed =
                Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(before));
        byte[] beats = Bytes.of(keys.workerBeats());
        List<byte[]> silent =
                RedisFutures.join(
                        redis.commands().zrangebyscore(beats, lapsed, Limit.create(0, PAGE)));
        for (byte[] worker : silent) {
            if (forget(Bytes.text(worker))) {
                RedisFutures.join(redis.commands().zrem(beats, worker));
                if (keys.partition() == 0) {
                    byte[] records = Bytes.of(keys.workerRecords());
                    RedisFutures.join(redis.commands().hdel(records, worker));
                }
                LOG.info(
                        "worker={} silent for {} s, forgotten",
                        Bytes.text(worker),
                        silence.toSeconds());
            }
        }
        return Tick.after(PAUSE);
    }

    /** True when the worker holds nothing any more. */
    private boolean forget(String worker) {
        List<CompletableFuture<ForgetConsumer.Outcome>> replies =
                queues.names().stream()
                        .map(queue ->
                                new ForgetConsumer(
                                                keys,
                                                keys.queue(queue),
                                                Keys.WORKER_GROUP,
                                                worker,
                                                silence)
                                        .runAsync(redis.scripts()))
                        .toList();
        boolean free = true;
        for (CompletableFuture<ForgetConsumer.Outcome> reply : replies) {
            free &= isFree(reply);
        }
        return free;
    }

    private static boolean isFree(CompletableFuture<ForgetConsumer.Outcome> reply) {
        try {
            return switch (RedisFutures.join(reply)) {
                case FORGOTTEN, GONE -> true;
                default -> false;
            };
        } catch (RedisException failure) {
            if (!Redis.concernsWhatWasAsked(failure)) {
                throw failure;
            }
            // What is no stream holds nothing in a worker's name.
            return true;
        }
    }
}
