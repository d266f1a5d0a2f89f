package dev.stepweir.cli.terminal;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.Pause;
import dev.stepweir.operator.RunSummary;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.run.StepError;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs as JSON for programs: snake case, times in ISO 8601, null for what is not there. */
public final class RunJson {

    private RunJson() {}

    public static Map<String, @Nullable Object> of(RunView run) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run_id", run.id().text());
        json.put("status", run.state().name());
        json.put("workflow", run.workflow());
        json.put("version", run.version());
        json.put("workflow_hash", run.workflowHash());
        json.put("submitted_at", run.submitted().toString());
        json.put("started_at", time(run.started()));
        json.put("finished_at", time(run.finished()));
        json.put("key", run.key().orElse(null));
        json.put("attempt", run.attempt());
        json.put("next_retry_at", time(run.nextRetryAt()));
        json.put("deadline", time(run.deadline()));
        json.put("why", run.why().orElse(null));
        json.put("paused", run.paused().map(RunJson::of).orElse(null));
        json.put("successful", run.steps(StepStatus.SUCCEEDED));
        json.put("failed", run.steps(StepStatus.DEAD));
        json.put("input", run.input());
        json.put("output", run.output());
        Map<String, Object> steps = new LinkedHashMap<>();
        run.steps().forEach(step -> steps.put(step.name(), of(step)));
        json.put("steps", steps);
        return json;
    }

    public static Map<String, @Nullable Object> of(StepView step) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("state", step.state().name());
        json.put("handler", step.handler());
        json.put("attempt", step.attempt());
        json.put("dispatch", step.dispatch());
        json.put("failures", step.failures());
        json.put("crashes", step.crashes());
        json.put("redeliveries", step.redeliveries());
        json.put("worker", step.worker().orElse(null));
        json.put("from", time(step.from()));
        json.put("to", time(step.to()));
        json.put("next_retry_at", time(step.nextRetryAt()));
        json.put("output", step.output());
        json.put("error", step.error().map(RunJson::of).orElse(null));
        return json;
    }

    /** Who holds something up, and why. */
    public static Map<String, Object> of(Pause pause) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", pause.at().toString());
        json.put("by", pause.by());
        json.put("reason", pause.reason());
        return json;
    }

    public static Map<String, Object> of(StepError error) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", error.type());
        json.put("message", error.message());
        json.put("category", error.category().name());
        json.put("code", error.code());
        json.put("hint", error.hint());
        json.put("retryable", error.retryable());
        json.put("attempt", error.attempt());
        json.put("worker", error.worker());
        json.put("category", error.category().name());
        json.put("code", error.code());
        json.put("hint", error.hint());
        json.put("confidence", error.confidence());
        json.put("final_attempt", error.finalAttempt());
        json.put("stack", error.stack());
        return json;
    }

    public static Map<String, @Nullable Object> of(RunSummary run) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run_id", run.id().text());
        json.put("status", run.state().name());
        json.put("workflow", run.workflow());
        json.put("submitted_at", run.submitted().toString());
        json.put("finished_at", time(run.finished()));
        json.put("dead_steps", run.deadSteps());
        return json;
    }

    public static Map<String, @Nullable Object> of(HistoryEntry entry) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("at", entry.at().toString());
        json.put("step", entry.step().orElse(null));
        json.put("event", entry.event());
        json.put("state", entry.state());
        Map<String, @Nullable Object> details = new LinkedHashMap<>(entry.details());
        entry.errorHandling().ifPresent(result -> details.putAll(result.toJson()));
        json.put("details", details);
        return json;
    }

    private static @Nullable String time(Optional<Instant> time) {
        return time.map(Instant::toString).orElse(null);
    }
}
