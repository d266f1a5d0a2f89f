package dev.stepweir.state;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.Script;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StateTablesTest {

    private static final List<StepTransition> STEPS = List.of(StepTransition.values());
    private static final List<RunTransition> RUNS = List.of(RunTransition.values());

    @Test
    void an_event_leads_from_a_state_to_one_other() {
        assertThat(STEPS.stream().map(t -> t.from() + " " + t.event())).doesNotHaveDuplicates();
        assertThat(RUNS.stream().map(t -> t.from() + " " + t.event())).doesNotHaveDuplicates();
    }

    @Test
    void a_script_and_two_states_name_one_move() {
        assertThat(STEPS.stream().map(t -> t.script() + " " + t.from() + " " + t.to()))
                .doesNotHaveDuplicates();
        assertThat(RUNS.stream().map(t -> t.script() + " " + t.from() + " " + t.to()))
                .doesNotHaveDuplicates();
    }

    @Test
    void exactly_the_final_states_are_left_by_no_move() {
        Set<StepState> left = STEPS.stream().map(StepTransition::from).collect(toSet());
        assertThat(Stream.of(StepState.values()).filter(StepState::isFinal))
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(left)));

        Set<RunState> opened = RUNS.stream().map(RunTransition::from).collect(toSet());
        assertThat(Stream.of(RunState.values()).filter(s -> s.rescuer() == Rescuer.NOBODY))
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(opened)));
    }

    @Test
    void every_state_is_reached() {
        assertThat(reached(StepState.PENDING, STEPS, StepTransition::from, StepTransition::to))
                .containsExactlyInAnyOrder(StepState.values());
        assertThat(reached(RunState.SUBMITTED, RUNS, RunTransition::from, RunTransition::to))
                .containsExactlyInAnyOrder(RunState.values());
    }

    @Test
    void from_every_state_that_is_not_final_a_final_one_is_reached() {
        for (StepState state : StepState.values()) {
            assertThat(reached(state, STEPS, StepTransition::from, StepTransition::to))
                    .anyMatch(StepState::isFinal);
        }
        for (RunState state : RunState.values()) {
            assertThat(reached(state, RUNS, RunTransition::from, RunTransition::to))
                    .anyMatch(s -> s.rescuer() == Rescuer.NOBODY);
        }
    }

    @Test
    void a_run_whose_steps_can_move_is_open() {
        assertThat(Stream.of(StepState.values()).filter(StepState::isMoving))
                .noneMatch(StepState::isFinal);
        assertThat(Stream.of(RunState.values()).filter(s -> s.rescuer() == Rescuer.RECONCILER))
                .noneMatch(RunState::isClosed);
    }

    @Test
    void every_rescuer_has_something_to_rescue_and_says_who_it_is() {
        Set<Rescuer> named =
                Stream.concat(
                                Stream.of(StepState.values()).map(StepState::rescuer),
                                Stream.of(RunState.values()).map(RunState::rescuer))
                        .collect(toSet());

        assertThat(named).containsExactlyInAnyOrder(Rescuer.values());
        assertThat(Rescuer.values()).extracting(Rescuer::description).doesNotHaveDuplicates();
    }

    @Test
    void every_move_is_made_by_a_script_that_exists() {
        Set<String> scripts = Stream.of(Script.values()).map(Script::fileName).collect(toSet());

        assertThat(STEPS).extracting(StepTransition::script).isSubsetOf(scripts);
        assertThat(RUNS).extracting(RunTransition::script).isSubsetOf(scripts);
    }

    private static <S, T> Set<S> reached(
            S first, List<T> moves, Function<T, S> from, Function<T, S> to) {
        Set<S> reached = new HashSet<>(Set.of(first));
        while (moves.stream()
                .filter(move -> reached.contains(from.apply(move)))
                .map(to)
                .map(reached::add)
                .reduce(false, Boolean::logicalOr)) {
            // Until nothing new is found.
        }
        return reached;
    }
}
