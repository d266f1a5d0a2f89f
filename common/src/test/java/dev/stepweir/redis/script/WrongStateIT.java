package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.FailStep.Decision.GiveUp;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.state.StepState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * A caller that confuses states, but says what is stored: the scripts themselves move a step only
 * from where the table says.
 */
class WrongStateIT extends OnStage {

    private RunId run;
    private Begun begun;

    @ParameterizedTest
    @EnumSource(value = StepState.class, mode = Mode.EXCLUDE, names = "PENDING")
    void a_step_moves_only_as_the_table_says(StepState state) {
        run = stage.started(Flows.PAIR);
        begun = stage.takeOne("w1", "work");
        stage.age(begun, "w1", Duration.ofMinutes(1));
        String stored = begun.stored().replace("READY", state.name()) + " f=1" + rest(state);
        for (Operation<?> operation : operations(stored)) {
            stage.commands().hset(stage.keys().run(run), "s:first", stored);

            Enum<?> outcome = stage.run(operation).outcome();

            boolean moved = !stage.stored(run, "first").equals(stored);
            assertThat(moved)
                    .as("%s answered %s", operation.getClass().getSimpleName(), outcome)
                    .isEqualTo(EnumSet.allOf(Moved.class).stream().anyMatch(m -> m.says(outcome)));
        }
    }

    /** The answers that mean that the step is another now. */
    private enum Moved {
        WAITING,
        DEAD,
        PUBLISHED,
        CRASHED,
        PARKED,
        REDELIVERED,
        EDITED,
        CONCLUDED;

        boolean says(Enum<?> outcome) {
            return outcome.name().equals(name());
        }
    }

    private static String rest(StepState state) {
        return switch (state) {
            case WAITING_FOR_RETRY -> " due=5";
            case SUCCEEDED -> " w=w1 to=5 ms=1";
            case SKIPPED -> " w=operator ms=0 to=5";
            case DEAD -> " dlq=9-1";
            case PARKED -> " at=5";
            case PENDING, READY -> "";
        };
    }

    private List<Operation<?>> operations(String stored) {
        var step = stage.step(run, "first");
        String event = HistoryEvent.record(HistoryEvent.FAILED, Map.of());
        ReapStep.Limits limits =
                new ReapStep.Limits(
                        Duration.ofSeconds(25), Duration.ofSeconds(25), Duration.ofSeconds(9));
        stage.looked();
        return Stream.<Operation<?>>of(
                        new RetryStep(stage.keys(), step, stored, List.of()),
                        new RedriveStep(stage.keys(), step, stored, List.of(), event),
                        new ResetStep(stage.keys(), step, stored, List.of(), "work", event),
                        new CondemnStep(stage.keys(), step, stored, "work", "{}", "{}", event),
                        stage.conclusion(step, stored, StepState.SKIPPED, ""),
                        new EditStep(stage.keys(), step, stored, new byte[] {'1'}, event),
                        new ReapStep(
                                stage.keys(),
                                step,
                                "w1",
                                stored,
                                "s:first",
                                limits,
                                new ReapStep.Crash.Again(),
                                event,
                                event),
                        new ReconcileStep(stage.keys(), step, stored, List.of(), event),
                        new HandBackStep(stage.keys(), step, stored, "s:first", event),
                        new ParkStep(stage.keys(), "w1", step, stored, "work", event),
                        new ReleaseStep(stage.keys(), step, stored, List.of(), "work", 7, event),
                        stage.failure(begun, stored, new GiveUp("{}")))
                .toList();
    }
}
