package dev.stepweir.worker;

import static dev.stepweir.failure.FailedAttempt.HANDLER;
import static dev.stepweir.failure.FailedAttempt.WORKER;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepAbandonedException;
import dev.stepweir.once.Journal;
import dev.stepweir.once.SharedKeys;
import dev.stepweir.once.SharedKeys.Found;
import dev.stepweir.once.StepValue;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.run.StepError;
import dev.stepweir.text.Durations;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Idempotency;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one attempt: read what flows in, call the handler, report. It is reported at most
 * once: by the handler's own end, by its timeout, or not at all when its lease was lost. If the JVM
 * dies anywhere here, nothing is written and the reaper gives the step to another worker; if it
 * dies after the report was sent, the step is committed or it is not, and never twice.
 */
final class Execution implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Execution.class);

    /** How long nothing is tried for which this worker has no rights. */
    private static final Duration REFUSED_FOR = Duration.ofSeconds(5);

    private static final byte[] NO_VALUE = Bytes.of("null");

    private final Assignment assignment;
    private final Plan plan;
    private final Plan.Step step;
    private final Handlers.Registered<?> handler;
    private final Lane lane;
    private final LaneContext context;
    private final long fromMillis;
    private final long fromNanos;
    private final AtomicBoolean reported = new AtomicBoolean();
    private final AtomicBoolean slotHeld = new AtomicBoolean(true);
    private final Thread thread;
    private Optional<Future<?>> timer = Optional.empty();
    private volatile boolean called;
    private volatile boolean cancelled;
    private @Nullable Journal journal;

    Execution(Assignment assignment, Plan plan, Lane lane) {
        this.assignment = assignment;
        this.plan = plan;
        this.step = plan.step(assignment.step().step());
        this.lane = lane;
        this.context = lane.context();
        this.handler = context.handler(assignment.step().queue());
        this.fromMillis = context.clock().millis();
        this.fromNanos = System.nanoTime();
        this.thread = Thread.ofVirtual().unstarted(this);
    }

    void start() {
        try {
            thread.start();
        } catch (RuntimeException | Error unstarted) {
            reported.set(true);
            letGo();
            throw unstarted;
        }
    }

    Assignment assignment() {
        return assignment;
    }

    Plan.Step step() {
        return step;
    }

    String workerId() {
        return lane.partition().consumer();
    }

    String workflow() {
        return plan.workflow();
    }

    ErrorHandlingConfig errorHandling() {
        return plan.errorHandling();
    }

    /** Made when the handler asks for it: most do not. */
    synchronized Journal journal() {
        Journal known = journal;
        if (known == null) {
            known = new Journal(assignment.dispatched(), context.runs(), context.scripts());
            journal = known;
        }
        return known;
    }

    /** What the first heartbeat writes into the run. */
    String begun() {
        return assignment.dispatch() + " " + workerId() + " " + fromMillis;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Nothing more is to be reported of it. */
    void letGo() {
        lane.forget(this);
    }

    /** Stops the handler and drops what it still returns; false if it has reported already. */
    boolean abandon() {
        if (!reported.compareAndSet(false, true)) {
            return false;
        }
        interrupt();
        if (step.definition().breaker().isPresent()) {
            context.guard().ended(assignment);
        }
        return true;
    }

    /**
     * Stops the handler and hands back what it worked on: the entry goes at once, and where the run
     * goes on the step begins anew. Nothing happens if it has reported already.
     */
    CompletableFuture<?> giveUp(String why) {
        if (!abandon()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> handedBack = context.handBack().execution(this, why);
        letGo();
        return handedBack;
    }

    /** Stops the handler if it has not ended, and reports that its time is up. */
    void timeOut() {
        if (reported.compareAndSet(false, true)) {
            interrupt();
            String message =
                    "no result within " + Durations.text(step.definition().timeout().orElseThrow());
            context.background()
                    .aside(() -> failByEngine("TIMEOUT", new TimeoutException(message)));
        }
    }

    private void interrupt() {
        cancelled = true;
        thread.interrupt();
        var unused = context.background().schedule(this::leaveBehind, context.patience());
    }

    /** A handler that is deaf to its interrupt goes on, but not in a slot: it can never commit. */
    private void leaveBehind() {
        if (!called && slotHeld.get()) {
            // It has still to see that it is given up.
            var unused = context.background().schedule(this::leaveBehind, context.patience());
        } else if (slotHeld.compareAndSet(true, false)) {
            context.strays().incrementAndGet();
            log.warn(
                    "handler '{}' does not heed its interrupt and is left behind: run={} step={}",
                    assignment.step().handler(),
                    assignment.step().run(),
                    assignment.step().step());
            lane.slotFreed(assignment.step().queue());
        }
    }

    private void leaveSlot() {
        if (slotHeld.compareAndSet(true, false)) {
            lane.slotFreed(assignment.step().queue());
        } else {
            context.strays().decrementAndGet();
        }
    }

    @Override
    public void run() {
        Optional<BreakerPolicy> breaker = step.definition().breaker();
        try {
            // Given up before a processor was free for it, it never begins.
            if (reported.get() || (breaker.isPresent() && !isAdmitted(breaker.get()))) {
                return;
            }
            Optional<Idempotency> declared = step.definition().idempotency();
            if (declared.isEmpty()) {
                report(callHandler(handler, Optional.empty()));
            } else {
                executeShared(declared.get());
            }
        } catch (OutOfMemoryError | InternalError | UnknownError fatal) {
            // Nothing that this JVM does can be relied on from here: not even a report.
            context.background().survive("a handler met a fatal error", fatal);
            // It lives on all the same: then the step goes back, as one that is unknown here.
            reported.set(true);
            letGo();
        } catch (Throwable thrown) {
            reportFailure(thrown);
        } finally {
            timer.ifPresent(pending -> pending.cancel(false));
            if (breaker.isPresent()) {
                context.guard().ended(assignment);
            }
            leaveSlot();
        }
    }

    /** Whether the breaker lets the call pass; if not, the step is parked. */
    private boolean isAdmitted(BreakerPolicy breaker) throws InterruptedException {
        Guard guard = context.guard();
        if (guard.admits(assignment, breaker)) {
            return true;
        }
        if (reported.compareAndSet(false, true)) {
            RedisFutures.onDone(
                    guard.park(assignment, breaker, Optional.empty()),
                    (parked, failure) -> letGo());
        }
        return false;
    }

    /** Once for all runs that share the step's key. Its result is kept before it is committed. */
    private void executeShared(Idempotency declared) throws Exception {
        SharedKeys shared = context.sharedKeys();
        byte[] input = new StepInputs(assignment, step, context.runs()).json().orElse(NO_VALUE);
        switch (shared.claim(assignment.dispatched(), declared, input)) {
            case Found.Mine mine -> {
                byte[] output = callHandler(handler, Optional.of(mine));
                // What is done now counts, even if keeping the result takes long.
                timer.ifPresent(pending -> pending.cancel(false));
                shared.keep(mine, declared, output == null ? NO_VALUE : output);
                report(output);
            }
            case Found.Done(byte[] output) ->
                    report(Arrays.equals(output, NO_VALUE) ? null : output);
            case Found.Held held -> {
                if (reported.compareAndSet(false, true)) {
                    try {
                        shared.defer(workerId(), assignment.dispatched(), held);
                    } finally {
                        letGo();
                    }
                }
            }
        }
    }

    private <I extends @Nullable Object> byte @Nullable [] callHandler(
            Handlers.Registered<I> registered, Optional<Found.Mine> claim) throws Exception {
        StepInputs inputs = new StepInputs(assignment, step, context.runs());
        I input = inputs.read(registered.inputType());
        called = true;
        if (reported.get()) {
            throw new StepAbandonedException("given up before its handler was called");
        }
        // Not before: whatever Redis is asked until here is not the handler's time.
        timer =
                step.definition()
                        .timeout()
                        .flatMap(limit -> context.background().schedule(this::timeOut, limit));
        Object output =
                registered.handler().handle(input, new ExecutionContext(this, inputs, claim));
        Optional<BreakerPolicy> breaker = step.definition().breaker();
        if (breaker.isPresent() && !reported.get()) {
            context.guard().succeeded(assignment, breaker.get());
        }
        return output == null ? null : StepValue.encode("the output", output);
    }

    private void report(byte @Nullable [] output) {
        if (!reported.compareAndSet(false, true)) {
            context.noteLate(assignment, workerId(), "DROPPED");
            return;
        }
        lane.succeeded(
                this,
                new Commit(
                        assignment.step().run(),
                        step.committedFrom(assignment.step().queue()),
                        assignment.dispatch(),
                        assignment.ledgers(),
                        (System.nanoTime() - fromNanos) / 1_000_000,
                        output,
                        assignment.ledgers().deadLetter().isEmpty()
                                ? ""
                                : assignment.step().letterId()));
    }

    /** Its commit is not written, whatever comes with it. */
    void refused(Commit commit, Throwable why) {
        if (Redis.mayHeal(why)) {
            var unused = context.background().schedule(() -> commitAgain(commit), REFUSED_FOR);
        } else if (why.getCause() instanceof Error) {
            // This worker's own trouble: unknown here, it goes back with the next heartbeat, free.
            letGo();
        } else {
            // As bad as a handler that failed.
            context.background().aside(() -> failByEngine("COMMIT_REFUSED", why));
        }
    }

    private void commitAgain(Commit commit) {
        lane.succeeded(this, commit);
        lane.turn();
    }

    private void reportFailure(Throwable thrown) {
        if (reported.compareAndSet(false, true)) {
            fail(thrown, HANDLER, found -> StepError.of(thrown, found, attempt(), workerId()));
        }
    }

    private void failByEngine(String type, Throwable why) {
        fail(why, WORKER, found -> engineError(type, String.valueOf(why.getMessage()), found));
    }

    /**
     * Nobody else reports from here on. What goes wrong with it must not keep the step in hand: its
     * lease would be renewed for ever.
     */
    private void fail(
            Throwable thrown, String source, Function<Classification, StepError> described) {
        try {
            context.failures().report(this, described.apply(classify(thrown, source)));
        } catch (Throwable broken) {
            context.background().survive("a failure could not be reported as it is", broken);
            failPlainly(thrown.getClass().getName(), broken.getClass().getName());
        }
    }

    private void failPlainly(String type, String broken) {
        try {
            String message = "its failure could not be reported: " + broken;
            context.failures().report(this, engineError(type, message, FailurePolicy.unknown("")));
        } catch (Throwable again) {
            context.background().survive("a failure is not reported, the step is let go", again);
            letGo();
        }
    }

    private int attempt() {
        return assignment.ledgers().attempt();
    }

    private StepError engineError(String type, String message, Classification found) {
        return StepError.ofEngine(type, message, found, attempt(), workerId());
    }

    private Classification classify(Throwable thrown, String source) {
        FailedAttempt failed =
                new FailedAttempt(
                        assignment.step().run().text(),
                        assignment.step().step(),
                        attempt(),
                        step.definition().retry().attempts(),
                        Duration.ofNanos(System.nanoTime() - fromNanos),
                        source,
                        Map.of(
                                "workflow",
                                plan.workflow(),
                                "handler",
                                assignment.step().handler(),
                                "worker",
                                workerId(),
                                "dispatch",
                                assignment.dispatch().toString()));
        return context.failures().classify(thrown, failed);
    }
}
