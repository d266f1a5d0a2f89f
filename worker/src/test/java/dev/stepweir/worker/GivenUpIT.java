package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a step whose run ends while its handler is at work. */
@WithRedis
@Timeout(60)
class GivenUpIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    /** Hangs in its first execution, until that is interrupted. */
    private Worker worker(Duration heartbeat) {
        return worker().config(WorkerConfig.DEFAULT.withHeartbeat(heartbeat))
                .handler("h", (input, context) -> hang(context.dispatchNumber()))
                .start();
    }

    private long hang(long dispatch) throws InterruptedException {
        if (begun.getCount() == 0) {
            return dispatch;
        }
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return dispatch;
    }

    @Test
    @DisplayName(
            "a step whose run was taken up again before its worker heard of the end begins anew")
    void of_a_run_that_goes_on(TestRedis redis) throws Exception {
        try (Worker worker = worker(WorkerConfig.DEFAULT.heartbeat())) {
            RunId run = runs.start(ONE, null);
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            // The message of its end comes late: the run is RUNNING.
            redis.commands().publish(runs.namespace.keys(run).cancelChannel(), run.text());

            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(runs.step(run, "s").published().number()).isEqualTo(2);
            assertThat(runs.step(run, "s").ledgers().crashes()).isZero();
            assertThat(runs.step(run, "s").ledgers().failures()).isZero();
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    @DisplayName("a worker that missed the message of a run's end hears of it at a heartbeat")
    void of_a_run_whose_end_nobody_told(TestRedis redis) throws Exception {
        try (Worker worker = worker(Duration.ofMillis(200))) {
            RunId run = runs.start(ONE, null);
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            Keys keys = runs.namespace.keys(run);
            String head = redis.commands().hget(keys.run(run), "head");
            redis.commands().hset(keys.run(run), "head", head.replace("RUNNING", "CANCELLED"));

            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            await().until(() -> redis.commands().xlen(keys.queue("h")) == 0);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    @DisplayName("a step whose run ended before a processor was free for it never begins")
    void before_it_began(TestRedis redis) {
        int processors = Runtime.getRuntime().availableProcessors();
        AtomicInteger hogs = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        Workflow hog = Workflow.builder("hog").step("s", s -> s.handler("hog")).build();
        try (Worker worker =
                worker().config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(50)))
                        .concurrency(processors + 10)
                        .handler("hog", (input, context) -> hog(hogs, enough))
                        .handler("h", (input, context) -> calls.incrementAndGet())
                        .start()) {
            for (int i = 0; i < processors; i++) {
                runs.start(hog, i);
            }
            await().until(() -> hogs.get() == processors);
            RunId run = runs.start(ONE, null);
            await().until(() -> worker.inHand() == processors + 1);
            Keys keys = runs.namespace.keys(run);
            String head = redis.commands().hget(keys.run(run), "head");
            redis.commands().hset(keys.run(run), "head", head.replace("RUNNING", "CANCELLED"));
            await().until(() -> worker.inHand() == processors);

            enough.set(true);
            RunId next = runs.start(ONE, null);
            await().until(() -> runs.state(next) == RunState.COMPLETED);
            assertThat(calls).as("the next one alone").hasValue(1);
            await().until(() -> worker.inHand() == 0);
        } finally {
            enough.set(true);
        }
    }

    private static int hog(AtomicInteger hogs, AtomicBoolean enough) {
        int number = hogs.incrementAndGet();
        while (!enough.get()) {
            Thread.onSpinWait();
        }
        return number;
    }
}
