package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.BlockingConnection;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.CreateGroup;
import dev.stepweir.redis.script.ForgetConsumer;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the doorbell of one partition. The read blocks, so it has a connection of its own; what
 * it brings is done in one batch and then removed. Entries that are lost with this process are
 * taken by {@link InboxRescue} of another, entries that are lost altogether are found by the
 * reconciler.
 */
final class Inbox implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final int BATCH = 64;

    private final Redis redis;
    private final Keys keys;
    private final InboxEntries entries;
    private final Consumer<byte[]> consumer;
    private final XReadArgs read;
    private volatile Optional<BlockingConnection> reader = Optional.empty();

    /**
     * A duty for one partition.
     *
     * @param consumer this process's name in the group: unique, never used again
     * @param block longest wait for an entry
     */
    Inbox(Redis redis, Keys keys, InboxEntries entries, String consumer, Duration block) {
        this.redis = redis;
        this.keys = keys;
        this.entries = entries;
        this.consumer = Consumer.from(Bytes.of(Keys.ORCHESTRATOR_GROUP), Bytes.of(consumer));
        this.read = XReadArgs.Builder.block(block).count(BATCH);
    }

    @Override
    public String name() {
        return "inbox-" + keys.partition();
    }

    @Override
    @SuppressWarnings("unchecked")
    public Tick runOnce() {
        StreamOffset<byte[]> unread = StreamOffset.lastConsumed(Bytes.of(keys.inbox()));
        List<StreamMessage<byte[], byte[]>> batch;
        try {
            batch = RedisFutures.join(reader().commands().xreadgroup(consumer, read, unread));
        } catch (RedisException failure) {
            if (!QueueGroups.isNoGroup(failure)) {
                throw failure;
            }
            // From the beginning: what was rung before the first orchestrator came counts too, and
            // a bell heard twice does no harm.
            var unused =
                    new CreateGroup(
                                    keys.inbox(),
                                    Keys.ORCHESTRATOR_GROUP,
                                    CreateGroup.FROM_THE_BEGINNING)
                            .run(redis.scripts());
            return Tick.AGAIN;
        }
        entries.take(keys, batch);
        return Tick.AGAIN;
    }

    private BlockingConnection reader() {
        BlockingConnection open = reader.orElseGet(() -> BlockingConnection.open(redis));
        reader = Optional.of(open);
        return open;
    }

    @Override
    public void stopping() {
        reader.ifPresent(BlockingConnection::endWait);
    }

    @Override
    public void close() {
        reader.ifPresent(BlockingConnection::close);
        forget(redis, keys, Bytes.text(consumer.getName()));
    }

    /** Removes an orchestrator's consumer unless it holds something, which others take over. */
    static void forget(Redis redis, Keys keys, String consumer) {
        ForgetConsumer.Outcome outcome =
                new ForgetConsumer(
                                keys,
                                keys.inbox(),
                                Keys.ORCHESTRATOR_GROUP,
                                consumer,
                                Duration.ZERO)
                        .run(redis.scripts());
        LOG.debug("consumer {} of the inbox: {}", consumer, outcome);
    }
}
