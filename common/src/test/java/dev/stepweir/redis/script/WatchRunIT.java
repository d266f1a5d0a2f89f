package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchRunIT extends OnStage {

    @Test
    void a_watcher_is_noted_once_and_further_ones_beside_it() {
        RunId run = stage.started(Flows.PAIR);

        watch(run, "channel-1")
                .changed(
                        """
                        + run:RUN | watch = channel-1
                        """);
        watch(run, "channel-1").changedNothing();
        watch(run, "channel-10")
                .changed(
                        """
                        - run:RUN | watch = channel-1
                        + run:RUN | watch = channel-1 channel-10
                        """);
        watch(run, "channel-1").changedNothing();
    }

    @Test
    void of_very_many_watchers_the_oldest_is_dropped() {
        RunId run = stage.started(Flows.PAIR);
        String full =
                IntStream.range(0, 64)
                        .mapToObj(i -> "channel-" + i)
                        .collect(Collectors.joining(" "));
        String moved = full.substring(full.indexOf(' ') + 1) + " channel-64";
        IntStream.range(0, 64).forEach(i -> watch(run, "channel-" + i));

        watch(run, "channel-64")
                .changed(
                        """
                        - run:RUN | watch = %s
                        + run:RUN | watch = %s
                        """
                                .formatted(full, moved));
    }

    @Test
    void a_closed_or_missing_run_is_told_at_once() {
        RunId run = stage.submitted(Flows.EMPTY);
        stage.run(stage.start(run));
        Stage.Act<Optional<RunHead>> closed = watch(run, "channel-1");
        closed.changedNothing();
        assertThat(closed.outcome().map(RunHead::state)).contains(RunState.COMPLETED);

        RunId missing = stage.newRun(Flows.PAIR);
        watch(missing, "channel-1").answered(Optional.empty()).changedNothing();
    }

    @Test
    void every_watcher_is_told_when_the_run_completes() throws Exception {
        try (Listener listener = new Listener("channel-1", "channel-2")) {
            RunId run = stage.started(Flows.SINGLE);
            watch(run, "channel-1");
            watch(run, "channel-2");

            stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));

            assertThat(listener.next()).isEqualTo("channel-1 " + run + " COMPLETED");
            assertThat(listener.next()).isEqualTo("channel-2 " + run + " COMPLETED");
        }
    }

    @Test
    void watchers_are_told_when_the_run_fails_or_is_cancelled() throws Exception {
        try (Listener listener = new Listener("channel-1", stage.keys().cancelChannel())) {
            RunId failed = stage.dead(Flows.SINGLE);
            watch(failed, "channel-1");
            stage.run(stage.settlement(failed));
            assertThat(listener.next()).isEqualTo("channel-1 " + failed + " FAILED");

            stage.run(stage.cancellation(failed));
            assertThat(listener.next()).isEqualTo("channel-1 " + failed + " CANCELLED");
            assertThat(listener.next()).isEqualTo(stage.keys().cancelChannel() + " " + failed);
        }
    }

    private Stage.Act<Optional<RunHead>> watch(RunId run, String channel) {
        WatchRun watch = new WatchRun(stage.keys(), run, channel);
        return stage.act(
                Script.WATCH_RUN, () -> RedisFutures.join(watch.runAsync(stage.redis().scripts())));
    }

    /** What is published, as {@code <channel> <message>}. */
    private final class Listener implements AutoCloseable {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StatefulRedisPubSubConnection<String, String> connection =
                stage.redis().openSubscription();

        Listener(String... channels) {
            connection.addListener(
                    new RedisPubSubAdapter<>() {
                        @Override
                        public void message(String channel, String message) {
                            heard.add(channel + " " + message);
                        }
                    });
            connection.sync().subscribe(channels);
        }

        String next() throws InterruptedException {
            return heard.poll(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
