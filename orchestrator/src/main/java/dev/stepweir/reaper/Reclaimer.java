package dev.stepweir.reaper;

import dev.stepweir.duty.Complaints;
import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ReaperTick;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.XPendingArgs;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for entries of one partition whose leases lapsed. The pending lists are the table of
 * leases: idle time is the time since the last heartbeat. After a gap in which nobody looked or
 * Redis was away every lease gets its full time again, since entries age meanwhile and workers
 * could not beat; the script that takes back looks again.
 */
final class Reclaimer implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(Reclaimer.class);
    private static final int PAGE = 100;
    private static final String NO_GROUP = "NOGROUP";

    private final Redis redis;
    private final Keys keys;
    private final KnownQueues queues;
    private final LapsedEntry lapsed;
    private final ReaperConfig config;
    private final Complaints complaints = new Complaints();
    private long lookedAt;

    Reclaimer(Redis redis, Keys keys, KnownQueues queues, ReaperConfig config) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.lapsed = new LapsedEntry(redis, keys, config);
        this.config = config;
    }

    @Override
    public String name() {
        return "reaper-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        Duration grace = look();
        if (grace.isPositive()) {
            return Tick.after(grace.compareTo(config.pause()) < 0 ? grace : config.pause());
        }
        for (String queue : queues.names()) {
            if (!reclaim(queue)) {
                break;
            }
        }
        return Tick.after(config.pause());
    }

    /** Says that somebody looks; how long leases have grace. */
    private Duration look() {
        lookedAt = System.nanoTime();
        return RedisFutures.join(
                new ReaperTick(keys, config.gap(), config.lease()).runAsync(redis.scripts()));
    }

    /** A round over many queues must not pass for a time in which nobody looked. */
    private boolean mayGoOn() {
        return System.nanoTime() - lookedAt < config.pause().toNanos() || look().isZero();
    }

    /** False when leases turned out to have grace. */
    private boolean reclaim(String queue) {
        byte[] stream = Bytes.of(keys.queue(queue));
        Range<String> rest = Range.unbounded();
        while (mayGoOn()) {
            List<PendingMessage> page;
            try {
                page =
                        RedisFutures.join(
                                redis.commands()
                                        .xpending(
                                                stream,
                                                new XPendingArgs<byte[]>()
                                                        .group(Bytes.of(Keys.WORKER_GROUP))
                                                        .idle(config.lease())
                                                        .range(rest)
                                                        .limit(Limit.from(PAGE))));
            } catch (RedisCommandExecutionException failure) {
                if (isAbout(failure)) {
                    return true;
                }
                throw failure;
            }
            for (PendingMessage entry : page) {
                if (!take(queue, entry)) {
                    return false;
                }
            }
            if (page.size() < PAGE) {
                return true;
            }
            rest =
                    Range.from(
                            Range.Boundary.excluding(page.getLast().getId()),
                            Range.Boundary.unbounded());
        }
        return false;
    }

    /** An entry that nobody can make sense of must not keep the others waiting. */
    private boolean take(String queue, PendingMessage entry) {
        try {
            return lapsed.take(queue, entry);
        } catch (RuntimeException failure) {
            if (failure instanceof RedisException e && !Redis.concernsWhatWasAsked(e)) {
                throw failure;
            }
            String complaint = "queue=" + queue + " entry=" + entry.getId() + ": " + failure;
            if (complaints.isDue(complaint)) {
                LOG.warn("left as it is: {}", complaint);
            }
            return true;
        }
    }

    /** A queue or group that is not there, or no stream, must not keep the others waiting. */
    private static boolean isAbout(RedisException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.startsWith(NO_GROUP) || message.startsWith("WRONGTYPE");
    }
}
