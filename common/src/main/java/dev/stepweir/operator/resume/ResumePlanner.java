package dev.stepweir.operator.resume;

import dev.stepweir.operator.resume.ResumePlan.Act;
import dev.stepweir.operator.resume.ResumePlan.Item;
import dev.stepweir.operator.resume.ResumePlan.Source;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers what is left of a run from three sources, and drops what was named before. */
final class ResumePlanner {

    private final Remains run;
    private final ResumeOptions options;
    private final Map<String, Item> items = new LinkedHashMap<>();

    ResumePlanner(Remains run, ResumeOptions options) {
        this.run = run;
        this.options = options;
    }

    ResumePlan plan() {
        List<String> open =
                run.steps().stream().filter(step -> !run.field(step).state().isFinal()).toList();
        List<String> pending = open.stream().filter(step -> !hasFailed(step)).toList();
        List<String> failed =
                options.resetFailed() ? open.stream().filter(this::hasFailed).toList() : List.of();
        List<String> dead =
                options.includeDlq() ? open.stream().filter(run::hasLetter).toList() : List.of();
        take(pending, Source.PENDING);
        take(failed, Source.FAILED);
        take(dead, Source.DEAD);
        List<Item> left = new ArrayList<>();
        for (String step : open) {
            if (!items.containsKey(step)) {
                left.add(new Item(step, Source.FAILED, run.field(step).state(), Act.LEAVE));
            }
        }
        return new ResumePlan(
                run.id(),
                run.head().state(),
                List.copyOf(items.values()),
                pending.size(),
                failed.size(),
                dead.size(),
                left);
    }

    private boolean hasFailed(String step) {
        return Remains.hasFailed(run.field(step).state());
    }

    private void take(List<String> steps, Source source) {
        for (String step : steps) {
            StepField field = run.field(step);
            items.putIfAbsent(step, new Item(step, source, field.state(), act(field, source)));
        }
    }

    private static Act act(StepField field, Source source) {
        if (source != Source.PENDING) {
            return Act.PUBLISH;
        }
        return field.state() == StepState.READY ? Act.ANNOUNCE : Act.WAIT;
    }
}
