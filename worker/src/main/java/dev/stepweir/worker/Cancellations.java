package dev.stepweir.worker;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;

/**
 * Hears at once, instead of at the next heartbeat, of runs that were cancelled or are too late,
 * whose handlers are stopped, and of queues that are paused or resumed.
 */
final class Cancellations implements AutoCloseable {

    private final StatefulRedisPubSubConnection<String, String> subscription;
    private final LaneContext context;
    private final PausedQueues paused;

    /** Over a connection that is closed with it. */
    Cancellations(
            StatefulRedisPubSubConnection<String, String> subscription,
            LaneContext context,
            PausedQueues paused) {
        this.subscription = subscription;
        this.context = context;
        this.paused = paused;
    }

    /** Listens from now on. */
    void start() {
        String pauses = context.lanes().first().partition().keys().in(0).pauseChannel();
        subscription.addListener(
                new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String what) {
                        if (channel.equals(pauses)) {
                            paused.refresh();
                        } else {
                            context.lanes().forEach(lane -> ended(lane, what));
                        }
                    }
                });
        List<String> channels = new ArrayList<>(List.of(pauses));
        context.lanes().forEach(lane -> channels.add(lane.partition().keys().cancelChannel()));
        subscription.sync().subscribe(channels.toArray(String[]::new));
    }

    /** A run has ended before its steps: their handlers are stopped. */
    private static void ended(Lane lane, String run) {
        for (Execution execution : lane.inHand()) {
            if (execution.assignment().step().run().text().equals(run)) {
                var unused = execution.giveUp(HandBack.RUN_ENDED);
            }
        }
    }

    @Override
    public void close() {
        subscription.close();
    }
}
