package dev.stepweir.cli.runs;

import dev.stepweir.operator.explain.Cause;
import dev.stepweir.operator.explain.Explanation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Explanations for programs. */
final class ExplanationJson {

    private ExplanationJson() {}

    static Map<String, @Nullable Object> of(Explanation told) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run_id", told.run().text());
        json.put("status", told.state().name());
        json.put("workflow", told.workflow());
        json.put("cause", told.cause().map(ExplanationJson::of).orElse(null));
        json.put("steps", told.steps().stream().map(ExplanationJson::of).toList());
        json.put("behind", told.behind());
        return json;
    }

    private static Map<String, Object> of(Explanation.OfStep one) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("step", one.step());
        json.put("handler", one.handler());
        json.put("state", one.state().name());
        json.put("causes", one.causes().stream().map(ExplanationJson::of).toList());
        return json;
    }

    private static Map<String, Object> of(Cause cause) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cause", cause.word());
        json.put("sentence", cause.sentence());
        json.putAll(details(cause));
        json.put("because", cause.because().stream().map(ExplanationJson::of).toList());
        return json;
    }

    /** What a program would otherwise have to read out of the sentence. */
    private static Map<String, Object> details(Cause cause) {
        return switch (cause) {
            case Cause.NotTakenUp c ->
                    Map.of("submitted_at", c.submitted().toString(), "alive", c.orchestrators());
            case Cause.RunClosed c -> Map.of("run_status", c.state().name());
            case Cause.LostDefinition c -> Map.of("definition", c.hash());
            case Cause.RunPaused c ->
                    Map.of("at", c.at().toString(), "by", c.by(), "reason", c.reason());
            case Cause.Dependency c -> dependency(c);
            case Cause.RetryAt c ->
                    Map.of(
                            "due_at",
                            c.due().toString(),
                            "failures",
                            c.failures(),
                            "error",
                            c.error());
            case Cause.RunRetryAt c ->
                    Map.of(
                            "due_at",
                            c.due().toString(),
                            "attempt",
                            c.attempt(),
                            "alive",
                            c.orchestrators());
            case Cause.PutOff c -> Map.of("due_at", c.due().toString(), "what", c.what());
            case Cause.Parked c -> parked(c);
            case Cause.DeadLetter c -> Map.of("letter", c.letter(), "error", c.error());
            case Cause.Running c -> Map.of("worker", c.worker());
            case Cause.AwaitsReaper c -> awaitsReaper(c);
            case Cause.NoWorker c -> Map.of("handler", c.handler(), "had_by", c.had());
            case Cause.QueuePaused c -> queuePaused(c);
            case Cause.InQueue c ->
                    Map.of("queue", c.queue(), "ahead", c.ahead(), "workers", c.workers());
            case Cause.EntryLost c -> Map.of("queue", c.queue(), "alive", c.orchestrators());
            case Cause.JustUnblocked unused -> Map.of();
            case Cause.Skipped c -> Map.of("at", c.at().toString());
            case Cause.Succeeded c -> Map.of("at", c.at().toString(), "worker", c.worker());
        };
    }

    private static Map<String, Object> dependency(Cause.Dependency c) {
        return Map.of(
                "step",
                c.step(),
                "state",
                c.state().name(),
                "others",
                c.others(),
                "skipped",
                c.skipped());
    }

    private static Map<String, Object> parked(Cause.Parked c) {
        return Map.of(
                "dependency",
                c.dependency(),
                "breaker",
                c.breaker().name(),
                "probe_at",
                c.probeAt().map(Instant::toString).orElse(""),
                "why",
                c.why(),
                "alive",
                c.orchestrators());
    }

    private static Map<String, Object> queuePaused(Cause.QueuePaused c) {
        return Map.of(
                "queue", c.queue(), "at", c.at().toString(), "by", c.by(), "reason", c.reason());
    }

    private static Map<String, Object> awaitsReaper(Cause.AwaitsReaper c) {
        return Map.of(
                "worker",
                c.worker(),
                "unrenewed_ms",
                c.unrenewed().toMillis(),
                "alive",
                c.reapers());
    }
}
