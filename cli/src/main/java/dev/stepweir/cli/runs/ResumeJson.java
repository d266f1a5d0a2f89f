package dev.stepweir.cli.runs;

import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.resume.ResumeOutcome.Resumed;
import dev.stepweir.operator.resume.ResumePlan;
import dev.stepweir.operator.resume.ResumePlan.Item;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A resume as JSON. */
final class ResumeJson {

    private ResumeJson() {}

    static Map<String, Object> of(ResumePlan plan) {
        Map<String, Object> json = over(plan.run(), plan.state());
        json.put("dry_run", true);
        plan(json, plan);
        return json;
    }

    /** A run that nothing is left of. */
    static Map<String, Object> over(RunId run, RunState state) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run_id", run.text());
        json.put("status", state.name());
        return json;
    }

    /**
     * What was taken up, and what has become of it by now.
     *
     * @param state of the run
     */
    static Map<String, Object> of(Resumed resumed, RunView run, RunState state) {
        Map<String, Object> json = over(run.id(), state);
        json.put("dry_run", false);
        json.put("nothing_to_resume", isNothing(resumed));
        plan(json, resumed.plan());
        json.put("announced", resumed.announced());
        json.put("published", resumed.published());
        json.put("moved_on", resumed.moved());
        Set<String> taken =
                resumed.plan().items().stream().map(Item::step).collect(Collectors.toSet());
        List<StepView> steps =
                run.steps().stream().filter(step -> taken.contains(step.name())).toList();
        long successful = count(steps, StepStatus.SUCCEEDED) + count(steps, StepStatus.SKIPPED);
        long failed = count(steps, StepStatus.DEAD);
        json.put("total_processed", successful + failed);
        json.put("successful", successful);
        json.put("failed", failed);
        json.put("complete", state == RunState.COMPLETED);
        return json;
    }

    /** It was neither paused nor blocked, and nothing of it was lost. */
    static boolean isNothing(Resumed resumed) {
        ResumePlan plan = resumed.plan();
        return (plan.state() == RunState.RUNNING || plan.state() == RunState.SUBMITTED)
                && resumed.announced() + resumed.published() == 0
                && plan.left().isEmpty();
    }

    private static long count(List<StepView> steps, StepStatus state) {
        return steps.stream().filter(step -> step.state() == state).count();
    }

    private static void plan(Map<String, Object> json, ResumePlan plan) {
        json.put("pending", plan.pending());
        json.put("failed_steps", plan.failed());
        json.put("dead_letters", plan.dead());
        json.put("found", plan.found());
        json.put("duplicates", plan.duplicates());
        json.put("unique", plan.items().size());
        json.put("items", plan.items().stream().map(ResumeJson::of).toList());
        json.put("left", plan.left().stream().map(ResumeJson::of).toList());
    }

    private static Map<String, Object> of(Item item) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", item.step());
        json.put("source", item.source().name().toLowerCase(Locale.ROOT));
        json.put("state", item.state().name());
        json.put("act", item.act().name().toLowerCase(Locale.ROOT));
        return json;
    }
}
