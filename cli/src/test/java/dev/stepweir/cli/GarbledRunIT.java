package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What commands say of a run that is stored as no version of the product stores one. */
@WithRedis
class GarbledRunIT {

    private static final Workflow FLOW =
            Workflow.builder("flow").step("only", s -> s.handler("work")).build();

    @Test
    void they_say_so_and_what_can_be_done_all_the_same(TestRedis server) {
        Terminal terminal = Terminal.on(server);
        try (Stack stack = Stack.open(server)) {
            RunId run = stack.client().submit(FLOW, 1).id();
            String key = stack.namespace().keys(run).run(run);
            server.commands().hset(key, "head", "RUNNING " + FLOW.hash());
            server.commands().hset(key, StepFields.state("only"), "READY x@y");

            for (List<String> command :
                    List.of(
                            List.of("runs", "show", run.text()),
                            List.of("runs", "history", run.text()),
                            List.of("explain", run.text()),
                            List.of("steps", "show", run.text(), "only"),
                            List.of("steps", "skip", run.text(), "only", "--reason", "x"))) {
                Result refused = terminal.execute(command.toArray(String[]::new));
                assertThat(refused.code()).as("%s", command).isOne();
                assertThat(refused.err())
                        .startsWith(
                                "stepweir: what is stored of a step cannot be read: 'READY x@y'")
                        .contains("stepweir doctor", "runs cancel")
                        .hasLineCount(1);
            }
            assertThat(terminal.execute("doctor").out())
                    .contains("UNREADABLE", run + "/only: cannot be read: 'READY x@y'");
            assertThat(terminal.execute("runs", "cancel", run.text()).code()).isZero();
            assertThat(terminal.execute("runs", "purge", run.text()).err())
                    .contains("1 run removed");
        }
    }
}
