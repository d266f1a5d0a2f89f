package dev.stepweir.worker;

import dev.stepweir.duty.Backoff;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.BreakerPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports a lane's failed attempts: what the failure policy decides goes to Redis, again and again
 * while Redis is out of reach. Thread-safe.
 */
final class FailureReports {

    private static final Logger log = LoggerFactory.getLogger(FailureReports.class);

    private final LaneContext context;
    private final Consumer<Execution> done;
    private final Backoff backoff = new Backoff();

    /**
     * @param done told when an execution's failure is reported, or never will be
     */
    FailureReports(LaneContext context, Consumer<Execution> done) {
        this.context = context;
        this.done = done;
    }

    void report(Execution execution, StepError error) {
        Assignment work = execution.assignment();
        Optional<BreakerPolicy> breaker = execution.step().definition().breaker();
        if (breaker.isPresent() && context.guard().failed(work, breaker.get(), error)) {
            RedisFutures.onDone(
                    context.guard().park(work, breaker.get(), Optional.of(error)),
                    (parked, failure) -> done.accept(execution));
            return;
        }
        Ledgers ledgers = work.ledgers().withFailure();
        Decision decision =
                context.failurePolicy()
                        .decide(
                                execution.workflow(),
                                execution.step().definition(),
                                work.step(),
                                work.dispatch(),
                                ledgers,
                                error);
        send(
                execution,
                new FailStep(
                        work.keys(),
                        work.step(),
                        work.dispatch(),
                        work.expected(),
                        ledgers,
                        Json.text(error),
                        decision,
                        HistoryEvent.record(
                                HistoryEvent.FAILED, details(execution, error, decision))));
    }

    private static Map<String, Object> details(
            Execution execution, StepError error, Decision decision) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", execution.assignment().step().step());
        details.put("attempt", error.attempt());
        details.put("worker", error.worker());
        details.put("begun", execution.begun());
        details.put("error", error.type() + ": " + error.message());
        switch (decision) {
            case Decision.RetryAfter(var delay) -> details.put("retry_in_ms", delay.toMillis());
            case Decision.GiveUp unused -> details.put("dead", true);
        }
        return details;
    }

    private void send(Execution execution, FailStep report) {
        RedisFutures.onDone(
                report.runAsync(context.scripts()),
                (outcome, failure) -> {
                    if (failure != null && mayHeal(failure)) {
                        context.schedule(() -> send(execution, report), backoff.next());
                        return;
                    }
                    backoff.succeeded();
                    log(report, outcome, failure);
                    done.accept(execution);
                });
    }

    private static boolean mayHeal(Throwable failure) {
        return Redis.isPassing(RedisFutures.asRedisException(failure));
    }

    private static void log(
            FailStep report, FailStep.@Nullable Outcome outcome, @Nullable Throwable failure) {
        if (failure != null) {
            log.error(
                    "failure not reported, left to the reaper: run={} step={}: {}",
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
                    report.event());
        }
    }
}
