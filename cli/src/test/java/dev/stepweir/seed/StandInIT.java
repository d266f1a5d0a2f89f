package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StandIn;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Steps that are made to fail without a handler of theirs. */
@WithRedis
class StandInIT {

    private static final Workflow ORDER =
            Workflow.builder("order")
                    .step("reserve", s -> s.handler("reserve"))
                    .step(
                            "charge",
                            s ->
                                    s.handler("charge")
                                            .maxAttempts(3)
                                            .backoff(Backoff.IMMEDIATE)
                                            .after("reserve"))
                    .build();

    private final StandIn standIn = new StandIn();
    private final Handlers handlers = new Handlers().add("reserve", standIn).add("charge", standIn);

    @Test
    @DisplayName("S0-39: a step that is made to fail is tried again, as if its handler had failed")
    void a_failed_step_is_tried_again(TestRedis server) throws Exception {
        standIn.completeStep("reserve", Map.of("seat", 7))
                .failStep("charge", new IOException("no route to the bank"))
                .failStep("charge", new IOException("no answer"));
        try (Stack stack = Stack.start(server, handlers)) {
            RunId id = stack.client().submit(ORDER, "x").id();
            RunView run = stack.await(id);

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            StepView charge = step(run, "charge");
            assertThat(charge.attempt()).isEqualTo(3);
            assertThat(charge.failures()).isEqualTo(2);
            assertThat(charge.output().path("seat").asInt()).isEqualTo(7);
            assertThat(stack.client().runs().history(id).stream().map(HistoryEntry::event))
                    .filteredOn("FAILED"::equals)
                    .hasSize(2);
        }
    }

    @Test
    @DisplayName("S0-39: a step that is made to fail for good becomes a dead letter")
    void a_step_that_fails_for_good_is_a_dead_letter(TestRedis server) throws Exception {
        standIn.failStep("charge", new PermanentStepException("card refused"));
        try (Stack stack = Stack.start(server, handlers)) {
            RunView run = stack.run(ORDER, "x");

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(step(run, "charge").state()).isEqualTo(StepStatus.DEAD);
            assertThat(stack.client().deadLetters().list(10))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.letter().reason())
                                .isEqualTo(DeadLetter.Reason.PERMANENT_ERROR);
                        assertThat(letter.letter().error().message()).isEqualTo("card refused");
                    });
        }
    }

    private static StepView step(RunView run, String name) {
        return run.steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }
}
