package dev.stepweir.operator;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A run as it was when it was read.
 *
 * @param workflow the workflow's name
 * @param version what its author calls this version
 * @param workflowHash content hash of the definition that the run is pinned to
 * @param key the caller's key that it was submitted under
 * @param attempt how often the run as a whole was tried, the first time counted
 * @param nextRetryAt when the run is tried again that dead steps block
 * @param deadline when it must have ended, or it fails
 * @param why what closed it, unless it completed
 * @param paused who paused it and why, while it is
 * @param output of a completed run: that of its last step; of several last steps an object by step
 *     name; else JSON null
 * @param steps in the order of the definition
 */
public record RunView(
        RunId id,
        RunState state,
        String workflow,
        String version,
        String workflowHash,
        Instant submitted,
        Optional<Instant> started,
        Optional<Instant> finished,
        Optional<String> key,
        int attempt,
        Optional<Instant> nextRetryAt,
        Optional<Instant> deadline,
        Optional<String> why,
        Optional<Pause> paused,
        JsonNode input,
        JsonNode output,
        List<StepView> steps) {

    public RunView {
        steps = List.copyOf(steps);
    }

    /** How many of its steps are in a state. */
    public long steps(StepStatus state) {
        return steps.stream().filter(step -> step.state() == state).count();
    }
}
