package dev.stepweir.operator;

import dev.stepweir.state.RunState;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which runs are meant: those that fit all that is said.
 *
 * @param states in one of these states
 * @param workflow of a workflow with this name
 * @param before that were opened, or closed, before this time, by the clock of Redis
 */
public record RunFilter(Set<RunState> states, Optional<String> workflow, Optional<Instant> before) {

    /** Every run there is. */
    public static final RunFilter ALL =
            new RunFilter(EnumSet.allOf(RunState.class), Optional.empty(), Optional.empty());

    /** Those that go on, or may. */
    public static final RunFilter OPEN =
            ALL.inStates(
                    Stream.of(RunState.values())
                            .filter(state -> !state.isClosed())
                            .collect(Collectors.toSet()));

    public RunFilter {
        states = Set.copyOf(states);
    }

    /** The same, only in one of these states: of an empty set, none. */
    public RunFilter inStates(Set<RunState> only) {
        Set<RunState> both = new HashSet<>(states);
        both.retainAll(only);
        return new RunFilter(both, workflow, before);
    }

    /** The same, of one workflow only. */
    public RunFilter ofWorkflow(String only) {
        return new RunFilter(states, Optional.of(only), before);
    }

    /**
     * The same, only of those that were opened, or closed, before a time, and before this filter's
     * own if it has one.
     */
    public RunFilter before(Instant time) {
        Instant earlier = before.filter(time::isAfter).orElse(time);
        return new RunFilter(states, workflow, Optional.of(earlier));
    }

    /** What the sorted set that a run is listed in says nothing about, or not enough. */
    boolean accepts(RunSummary run) {
        return states.contains(run.state())
                && workflow.filter(name -> !name.equals(run.workflow())).isEmpty();
    }
}
