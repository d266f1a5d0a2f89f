package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.InfoReply;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisException;
import io.lettuce.core.XAutoClaimArgs;
import io.lettuce.core.models.stream.ClaimedMessages;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Takes over the inbox entries of one partition that an orchestrator took and never finished: it
 * died. Entries of one that is only slow are done twice, which the scripts do not mind.
 */
final class InboxRescue implements Duty {

    private static final int PAGE = 64;
    private static final String START = "0-0";

    /** One that lives reads every few seconds. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    private final Redis redis;
    private final Keys keys;
    private final InboxEntries entries;
    private final Consumer<byte[]> consumer;
    private final Duration after;
    private String cursor = START;

    /**
     * A duty for one partition.
     *
     * @param after how long an entry may lie untouched
     */
    InboxRescue(Redis redis, Keys keys, InboxEntries entries, String consumer, Duration after) {
        this.redis = redis;
        this.keys = keys;
        this.entries = entries;
        this.consumer = Consumer.from(Bytes.of(Keys.ORCHESTRATOR_GROUP), Bytes.of(consumer));
        this.after = after;
    }

    @Override
    public String name() {
        return "inbox-rescue-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        XAutoClaimArgs<byte[]> page =
                XAutoClaimArgs.Builder.xautoclaim(consumer, after, cursor).count(PAGE);
        ClaimedMessages<byte[], byte[]> claimed;
        try {
            claimed = RedisFutures.join(redis.commands().xautoclaim(Bytes.of(keys.inbox()), page));
        } catch (RedisException failure) {
            if (!QueueGroups.isNoGroup(failure)) {
                throw failure;
            }
            cursor = START;
            return Tick.after(after);
        }
        entries.take(keys, claimed.getMessages());
        // An empty page is not the end; only the cursor says so.
        cursor = claimed.getId();
        if (!cursor.equals(START)) {
            return Tick.AGAIN;
        }
        forgetTheDead();
        return Tick.after(after);
    }

    /** Every start of an orchestrator brings a new name; those that ended would pile up. */
    private void forgetTheDead() {
        List<Object> reply =
                RedisFutures.join(
                        redis.commands()
                                .xinfoConsumers(
                                        Bytes.of(keys.inbox()), Bytes.of(Keys.ORCHESTRATOR_GROUP)));
        for (Map<String, String> found : InfoReply.items(reply)) {
            long idleMillis = Long.parseLong(found.getOrDefault("idle", "0"));
            if (idleMillis > FORGOTTEN_AFTER.toMillis()) {
                Inbox.forget(redis, keys, found.getOrDefault("name", ""));
            }
        }
    }
}
