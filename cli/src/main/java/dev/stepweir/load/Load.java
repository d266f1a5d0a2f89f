package dev.stepweir.load;

import dev.stepweir.client.AwaitTimeoutException;
import dev.stepweir.client.RunResult;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.WatchedRun;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Keeps a number of runs open until all have ended. Each lane submits a run, waits for its end, and
 * takes the next one: a slow stack is loaded less, and its users wait longer.
 */
final class Load {

    /** Microseconds: an hour, to three digits. */
    private static final long LONGEST = Duration.ofHours(1).toNanos() / 1_000;

    private final StepweirClient client;
    private final LoadPlan plan;
    private final IntConsumer ended;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Histogram micros = new ConcurrentHistogram(LONGEST, 3);
    private final Map<String, Long> failures = new TreeMap<>();

    /**
     * @param ended is told how many runs have ended, from several threads
     */
    Load(StepweirClient client, LoadPlan plan, IntConsumer ended) {
        this.client = client;
        this.plan = plan;
        this.ended = ended;
    }

    LoadReport run() throws InterruptedException {
        long from = System.nanoTime();
        List<Thread> lanes = new ArrayList<>();
        for (int i = 0; i < Math.min(plan.runs(), plan.concurrency()); i++) {
            lanes.add(Thread.ofVirtual().name("load-" + i).start(this::lane));
        }
        try {
            for (Thread lane : lanes) {
                lane.join();
            }
        } finally {
            lanes.forEach(Thread::interrupt);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - from);
        synchronized (failures) {
            return new LoadReport(plan, took, micros, new TreeMap<>(failures));
        }
    }

    private void lane() {
        try {
            for (int run = begun.getAndIncrement();
                    run < plan.runs();
                    run = begun.getAndIncrement()) {
                once(run);
                ended.accept(done.incrementAndGet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once(int number) throws InterruptedException {
        long from = System.nanoTime();
        try {
            WatchedRun run = client.submitAndWatch(plan.workflow(), Map.of("number", number));
            RunResult result = client.await(run, plan.patience());
            if (result.state() == RunState.COMPLETED) {
                micros.recordValue(Math.min(LONGEST, (System.nanoTime() - from) / 1_000));
            } else {
                failed("the run ended " + result.state());
            }
        } catch (AwaitTimeoutException e) {
            failed("the run had not ended after " + plan.patience().toMillis() + " ms");
        } catch (RuntimeException e) {
            // Whatever it is, a load test counts it and goes on.
            failed(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private void failed(String why) {
        synchronized (failures) {
            failures.merge(why, 1L, Long::sum);
        }
    }
}
