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
 * @param why what closed it, unless it completed
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
        Optional<String> why,
        JsonNode input,
        JsonNode output,
        List<StepView> steps) {

    public RunView {
        steps = List.copyOf(steps);
    }
}
