package dev.stepweir.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
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

        lone.begin(true);
        lone.end(ending);
        lone.awaitEnd(waiting);

        assertEquals(List.of("who ended it"), wentOn);
    }

    @Test
    void one_among_others_is_not_waited_for() {
        LoneExecution lone = after(BRIEF);

        lone.begin(false);
        lone.awaitEnd(waiting);
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
        int rounds = 20_000;
        AtomicInteger waited = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        LoneExecution lone = new LoneExecution(2, System::nanoTime);
        try (ExecutorService handlers = Executors.newSingleThreadExecutor()) {
            for (int round = 1; round <= rounds; round++) {
                lone.begin(true);
                Future<?> handler = handlers.submit(() -> lone.end(ended::incrementAndGet));
                lone.awaitEnd(waited::incrementAndGet);
                handler.get();
                assertEquals(round, waited.get() + ended.get(), "of " + waited + " and " + ended);
            }
        }
    }

    private LoneExecution after(long... durations) {
        LoneExecution lone = new LoneExecution(2, this::look);
        for (long each : durations) {
            execute(lone, each);
        }
        return lone;
    }

    private void execute(LoneExecution lone, long nanos) {
        lone.begin(true);
        now += nanos;
        lone.end(() -> {});
    }

    private void await(LoneExecution lone, Runnable event) {
        lone.begin(true);
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
