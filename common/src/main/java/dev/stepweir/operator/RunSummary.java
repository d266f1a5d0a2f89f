package dev.stepweir.operator;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Instant;
import java.util.Optional;

/**
 * A run in a list.
 *
 * @param workflow the workflow's name
 * @param deadSteps how many of its steps are dead letters
 */
public record RunSummary(
        RunId id,
        RunState state,
        String workflow,
        Instant submitted,
        Optional<Instant> finished,
        int deadSteps) {}
