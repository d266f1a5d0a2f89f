package dev.stepweir.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DutyLoopTest {

    private static final Tick LONG = Tick.after(Duration.ofHours(1));

    private final AtomicInteger portions = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private DutyLoop loop = loop(() -> LONG);

    private interface Work {
        Tick run() throws Exception;
    }

    private DutyLoop loop(Work work) {
        return new DutyLoop(
                new Duty() {
                    @Override
                    public String name() {
                        return "sample";
                    }

                    @Override
                    public Tick runOnce() throws Exception {
                        thread.set(Thread.currentThread());
                        portions.incrementAndGet();
                        return work.run();
                    }

                    @Override
                    public void stopping() {
                        release.countDown();
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                },
                failure -> false,
                new Backoff(IntervalFunction.of(1)));
    }

    @AfterEach
    void stop() {
        loop.stop();
    }

    @Test
    void it_runs_on_a_daemon_thread_with_the_name_of_the_duty() {
        loop.start();
        await().until(() -> portions.get() == 1);
        assertThat(thread.get().getName()).isEqualTo("stepweir-sample");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void started_twice_it_runs_once_and_stopped_twice_it_closes_once() {
        loop.start();
        loop.start();
        await().until(() -> portions.get() == 1);
        loop.stop();
        loop.stop();
        assertThat(thread.get().isAlive()).isFalse();
        assertThat(closed).hasValue(1);
        assertThat(portions).hasValue(1);
    }

    @Test
    void stopped_before_it_was_started_it_never_runs() {
        loop.stop();
        loop.start();
        loop.stop();
        assertThat(portions).hasValue(0);
        assertThat(closed).hasValue(0);
    }

    @Test
    void a_stop_waits_for_the_portion_under_way_and_hurries_it() {
        AtomicInteger finished = new AtomicInteger();
        loop =
                loop(() -> {
                    entered.countDown();
                    release.await();
                    finished.incrementAndGet();
                    return Tick.AGAIN;
                });
        loop.start();
        await().until(() -> entered.getCount() == 0);
        loop.stop();
        assertThat(finished).hasValue(1);
        assertThat(closed).hasValue(1);
        assertThat(portions).hasValue(1);
    }

    @Test
    void whatever_the_work_throws_it_is_tried_again() {
        loop =
                loop(() -> {
                    switch (portions.get()) {
                        case 1 -> throw new IllegalStateException("first");
                        case 2 -> throw new AssertionError("second");
                        case 3 -> throw new java.io.IOException("third");
                        default -> {
                            return LONG;
                        }
                    }
                });
        loop.start();
        await().until(() -> portions.get() == 4);
        assertThat(thread.get().isAlive()).isTrue();
    }

    @Test
    void an_interrupt_that_is_no_stop_does_not_end_it() {
        loop =
                loop(() -> {
                    if (portions.get() == 1) {
                        entered.countDown();
                        release.await();
                    }
                    return LONG;
                });
        loop.start();
        await().until(() -> entered.getCount() == 0);
        thread.get().interrupt();
        await().until(() -> portions.get() >= 2);
        thread.get().interrupt();
        await().until(() -> portions.get() >= 3);
        assertThat(thread.get().isAlive()).isTrue();
    }

    @Test
    void waking_ends_a_pause() {
        loop.start();
        await().until(() -> portions.get() == 1);
        loop.wake();
        await().until(() -> portions.get() == 2);
    }

    @Test
    void a_loop_may_be_stopped_by_its_own_work() {
        loop =
                loop(() -> {
                    loop.stop();
                    return LONG;
                });
        loop.start();
        await().until(() -> closed.get() == 1);
    }

    @Test
    void a_group_starts_and_stops_all_of_its_duties() {
        List<AtomicInteger> counts = List.of(new AtomicInteger(), new AtomicInteger());
        List<Duty> duties =
                counts.stream()
                        .<Duty>map(count ->
                                new Duty() {
                                    @Override
                                    public String name() {
                                        return "one-of-two";
                                    }

                                    @Override
                                    public Tick runOnce() {
                                        count.incrementAndGet();
                                        return LONG;
                                    }
                                })
                        .toList();
        try (DutyGroup group = new DutyGroup(duties, failure -> false)) {
            group.start();
            group.start();
            await().until(() -> counts.stream().allMatch(count -> count.get() == 1));
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("stepweir-one-of-two"));
    }
}
