package dev.stepweir.worker;

import dev.stepweir.redis.Redis;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/** Hears of cancelled runs at once, instead of at the next heartbeat, and stops their handlers. */
final class Cancellations implements AutoCloseable {

    private final StatefulRedisPubSubConnection<String, String> subscription;

    Cancellations(Redis redis, LaneContext context) {
        subscription = redis.openSubscription();
        subscription.addListener(
                new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String runId) {
                        context.lanes().forEach(lane -> lane.cancelled(runId));
                    }
                });
        String[] channels =
                context.lanes().stream()
                        .map(lane -> lane.partition().keys().cancelChannel())
                        .toArray(String[]::new);
        subscription.sync().subscribe(channels);
    }

    @Override
    public void close() {
        subscription.close();
    }
}
