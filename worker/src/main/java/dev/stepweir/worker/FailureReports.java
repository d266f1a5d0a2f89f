package dev.stepweir.worker;

import dev.stepweir.duty.Backoff;
import dev.stepweir.failure.Classification;
import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepError;
import dev.stepweir.worker.FailurePolicy.Verdict;
import dev.stepweir.workflow.BreakerPolicy;
import io.lettuce.core.RedisException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports a worker's failed attempts: what the failure policy decides goes to Redis, again and
 * again while Redis is out of reach. Thread-safe.
 */
final class FailureReports {

    private static final Logger log = LoggerFactory.getLogger(FailureReports.class);

    private final LaneContext context;
    private final FailurePolicy policy;
    private final Consumer<ErrorHandlingResult> listener;
    private final Backoff backoff = new Backoff();

    /**
     * @param listener told what was made of a failed attempt
     */
    FailureReports(
            LaneContext context, FailurePolicy policy, Consumer<ErrorHandlingResult> listener) {
        this.context = context;
        this.policy = policy;
        this.listener = listener;
    }

    Classification classify(Throwable thrown, FailedAttempt attempt) {
        return policy.classify(thrown, attempt);
    }

    /** The execution is let go when its failure is reported, or never will be. */
    void report(Execution execution, StepError error) {
        Assignment work = execution.assignment();
        Optional<BreakerPolicy> breaker = execution.step().definition().breaker();
        if (breaker.isPresent() && context.guard().failed(work, breaker.get(), error)) {
            RedisFutures.onDone(
                    context.guard().park(work, breaker.get(), Optional.of(error)),
                    (parked, failure) -> execution.letGo());
            return;
        }
        Ledgers ledgers = work.ledgers().withFailure();
        Verdict verdict = policy.decide(execution, ledgers, error);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", work.step().step());
        details.put("attempt", error.attempt());
        details.put("worker", error.worker());
        details.put("begun", execution.begun());
        details.putAll(verdict.details());
        send(
                execution,
                verdict,
                new FailStep(
                        work.keys(),
                        execution.workerId(),
                        work.step(),
                        work.dispatch(),
                        work.expected(),
                        ledgers,
                        Json.text(verdict.error()),
                        verdict.decision(),
                        HistoryEvent.record(HistoryEvent.FAILED, details)));
    }

    private void send(Execution execution, Verdict verdict, FailStep report) {
        CompletableFuture<FailStep.Outcome> reply;
        try {
            reply = report.runAsync(context.scripts());
        } catch (RuntimeException | Error unsent) {
            execution.letGo();
            throw unsent;
        }
        RedisFutures.onDone(
                reply,
                (outcome, failure) -> {
                    if (failure != null && mayHeal(failure)) {
                        context.background()
                                .schedule(() -> send(execution, verdict, report), backoff.next());
                        return;
                    }
                    backoff.succeeded();
                    execution.letGo();
                    log(report, verdict, outcome, failure);
                    if (outcome != null) {
                        tell(verdict, report, outcome);
                    }
                });
    }

    private boolean mayHeal(Throwable failure) {
        RedisException reason = RedisFutures.asRedisException(failure);
        if (Redis.isForbidden(reason) && backoff.isWorthALine()) {
            log.warn("failures cannot be reported, and are kept: {}", reason.getMessage());
        }
        return Redis.mayHeal(reason);
    }

    /** A listener is no part of the report: what it throws is its own affair. */
    private void tell(Verdict verdict, FailStep report, FailStep.Outcome outcome) {
        ErrorHandlingResult result =
                verdict.result(report.step().letterId(), context.clock().instant());
        boolean done = outcome == FailStep.Outcome.WAITING || outcome == FailStep.Outcome.DEAD;
        try {
            listener.accept(done ? result : result.ofNoConsequence());
        } catch (RuntimeException broken) {
            log.error("a listener for failures failed itself", broken);
        }
    }

    private static void log(
            FailStep report,
            Verdict verdict,
            FailStep.@Nullable Outcome outcome,
            @Nullable Throwable failure) {
        if (failure != null) {
            log.error(
                    "failure not reported, to be handed back: run={} step={}: {}",
                    report.step().run(),
                    report.step().step(),
                    failure.getMessage());
        } else {
            log.info(
                    "attempt failed: {} run={} step={} dispatch={} {}",
                    outcome,
                    report.step().run(),
                    report.step().step(),
                    report.dispatch(),
                    verdict.summary());
        }
    }
}
