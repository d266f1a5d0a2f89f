package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.redis.BlockingConnection;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.testkit.WithRedis;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An error outside of the handlers' threads ends nothing that a worker lives by. */
@WithRedis
@Timeout(60)
class StumblingIT extends WithRuns {

    /** Meets an error that often when a lane asks whether its worker has ended. */
    private final AtomicInteger errors = new AtomicInteger();

    private final AtomicInteger asked = new AtomicInteger();
    private final List<Error> fatal = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    private final ScheduledExecutorService scheduler =
            (ScheduledExecutorService)
                    Proxy.newProxyInstance(
                            StumblingIT.class.getClassLoader(),
                            new Class<?>[] {ScheduledExecutorService.class},
                            (self, method, args) -> {
                                if (method.getName().equals("isShutdown")) {
                                    asked.incrementAndGet();
                                    if (errors.getAndDecrement() > 0) {
                                        throw new OutOfMemoryError("as if");
                                    }
                                }
                                return method.invoke(pool, args);
                            });

    @AfterEach
    void endPool() {
        pool.shutdownNow();
    }

    private LaneContext context() {
        return new LaneContext(
                runs.redis,
                runs.namespace,
                "w1",
                Map.of(),
                WorkerConfig.DEFAULT.withConcurrency(1),
                new FailurePolicy(new Random(7), new StandardClassifier()),
                result -> {},
                Clock.systemUTC(),
                new Background(scheduler, fatal::add),
                () -> {});
    }

    @Test
    void a_lane_goes_on_after_an_error() {
        Partition partition = new Partition(runs.namespace.keys(0), "w1");
        try (LaneContext context = context()) {
            Lane lane =
                    context.openLane(
                            partition,
                            runs.redis.openConnection(),
                            BlockingConnection.open(runs.redis));
            errors.set(2);

            lane.turn();

            await().until(() -> fatal.size() == 2);
            await().until(() -> asked.get() > 2);
        }
    }

    @Test
    void what_was_put_off_and_fails_is_told() {
        LaneContext context = context();
        var unused =
                context.background()
                        .schedule(
                                () -> {
                                    throw new InternalError("as if");
                                },
                                Duration.ZERO);
        await().until(() -> fatal.size() == 1);

        context.background().survive("no matter", new AssertionError("of no consequence"));
        RedisFutures.join(context.ensureGroups(new Partition(runs.namespace.keys(0), "w1")));
        assertThat(fatal).hasOnlyElementsOfType(InternalError.class);
    }
}
