package dev.stepweir.worker;

import dev.stepweir.json.Json;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A failed attempt in the form in which it is reported, kept in history, and logged. */
final class FailureReport {

    private static final Logger log = LoggerFactory.getLogger(FailureReport.class);

    private FailureReport() {}

    static FailStep of(
            Execution execution, Ledgers ledgers, StepError error, Decision decision) {
        Assignment work = execution.assignment();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", work.step().step());
        details.put("attempt", error.attempt());
        details.put("worker", error.worker());
        details.put("begun", execution.begun());
        details.put("error", error.type() + ": " + error.message());
        switch (decision) {
            case Decision.RetryAfter(var delay) -> details.put("retry_in_ms", delay.toMillis());
            case Decision.GiveUp unused -> details.put("dead", true);
        }
        return new FailStep(
                work.keys(),
                work.step(),
                work.dispatch(),
                work.expected(),
                ledgers,
                Json.text(error),
                decision,
                HistoryEvent.record(HistoryEvent.FAILED, details));
    }

    static void log(
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
