package dev.stepweir.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Patience;
import dev.stepweir.client.RunResult;
import dev.stepweir.json.Json;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a run is told of that is open again by the time that it is looked at. */
@WithRedis
class WaitingIT {

    private static final Workflow FLOW =
            Workflow.builder("flow").step("only", s -> s.handler("echo")).build();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({"FAILED, FAILED", "CANCELLED, CANCELLED", "COMPLETED, OK"})
    void it_is_told_as_it_closed(RunState closed, ExitCode code, TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server)) {
            RunId run = stack.client().submit(FLOW, 1).id();

            assertThat(waited(stack, run, closed)).isEqualTo(code);

            assertThat(err.toString().lines())
                    .contains(
                            "run " + run + " " + closed,
                            "it was opened again since, and is SUBMITTED now");
            assertThat(Json.tree(out.toString()).path("status").asString())
                    .isEqualTo(closed.name());
        }
    }

    @Test
    void one_that_stayed_closed_is_not_said_to_be_open(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server)) {
            RunId run = stack.run(FLOW, 1).id();

            assertThat(waited(stack, run, RunState.COMPLETED)).isEqualTo(ExitCode.OK);

            assertThat(err.toString().lines())
                    .containsExactly("run " + run, "run " + run + " COMPLETED");
        }
    }

    private ExitCode waited(Stack stack, RunId run, RunState closed) throws InterruptedException {
        Output output = new Output(new PrintWriter(out, true), new PrintWriter(err, true));
        return new Waiting(stack.client(), output, true, new Patience(Optional.empty()), true)
                .run(run, CompletableFuture.completedFuture(new RunResult(run, closed)));
    }
}
