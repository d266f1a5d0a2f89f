package dev.stepweir.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoneExecutionTest {

    private static final long BRIEF = LoneExecution.LIMIT_NANOS;
    private static final long LONG = BRIEF + 1;

    private final List<String> wentOn = new ArrayList<>();
    private final Runnable waiting = () -> wentOn.add("who waited");
    private final Runnable ending = () -> wentOn.add("who ended it");

    private long now;
    private Runnable meanwhile = () -> {};

    @Test
    void after_a_brief_one_the_end_of_the_next_is_waited_for() {
        LoneExecution lone = after(BRIEF);

        await(lone, () -> lone.end(ending));

        assertEquals(List.of("who waited"), wentOn);
    }

    @Test
    void the_first_one_is_not_waited_for() {
        LoneExecution lone = new LoneExecution(2, this::look);

        await(lone, () -> lone.end(ending));
        assertEquals(List.of(), wentOn);

        lone.end(ending);
        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void after_a_long_one_the_next_is_not_waited_for() {
        LoneExecution lone = after(BRIEF, LONG);

        await(lone, () -> lone.end(ending));
        assertEquals(List.of(), wentOn);

        lone.end(ending);
        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void an_end_that_does_not_come_soon_is_waited_for_no_longer() {
        LoneExecution lone = after(BRIEF);

        await(lone, () -> now += LONG);
        assertEquals(List.of(), wentOn);

        lone.end(ending);
        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void one_that_ended_before_is_not_waited_for() {
        LoneExecution lone = after(BRIEF);

        lone.begin();
        lone.end(ending);
        lone.awaitEnd(waiting);

        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void one_among_others_is_not_waited_for() {
        LoneExecution lone = after(BRIEF);

        lone.awaitEnd(waiting);
        lone.end(ending);

        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void a_handler_s_thread_does_not_wait() throws Exception {
        LoneExecution lone = after(BRIEF);

        lone.begin();
        Thread.ofVirtual().start(() -> lone.awaitEnd(waiting)).join();
        lone.end(ending);

        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void on_a_single_processor_nothing_is_waited_for() {
        LoneExecution lone = new LoneExecution(1, this::look);
        execute(lone, BRIEF);

        await(lone, () -> lone.end(ending));

        assertEquals(List.of(), wentOn);
    }

    @Test
    void however_both_fall_together_one_of_them_goes_on() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "nothing falls together");
        int rounds = 20_000;
        AtomicInteger waited = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        AtomicLong clock = new AtomicLong();
        // So the limit is reached after some twenty looks.
        LoneExecution lone = new LoneExecution(2, () -> clock.addAndGet(BRIEF / 20));
        Thread handler =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            for (int round = 1; round <= rounds; round++) {
                                while (begun.get() < round) {
                                    Thread.onSpinWait();
                                }
                                lone.end(ended::incrementAndGet);
                            }
                        });
        for (int round = 1; round <= rounds; round++) {
            lone.begin();
            lone.end(() -> {});
            lone.begin();
            begun.incrementAndGet();
            lone.awaitEnd(waited::incrementAndGet);
            while (waited.get() + ended.get() < round) {
                Thread.onSpinWait();
            }
        }
        handler.join();
        assertEquals(rounds, waited.get() + ended.get());
        assertTrue(waited.get() > 0 && ended.get() > 0, waited + " waited, " + ended + " ended");
    }

    private LoneExecution after(long... durations) {
        LoneExecution lone = new LoneExecution(2, this::look);
        for (long each : durations) {
            execute(lone, each);
        }
        return lone;
    }

    private void execute(LoneExecution lone, long nanos) {
        lone.begin();
        now += nanos;
        lone.end(() -> {});
    }

    private void await(LoneExecution lone, Runnable event) {
        lone.begin();
        meanwhile = event;
        lone.awaitEnd(waiting);
        meanwhile = () -> {};
    }

    /** Whoever waits looks at the clock: then it happens. */
    private long look() {
        Runnable event = meanwhile;
        meanwhile = () -> {};
        event.run();
        return now;
    }
}
