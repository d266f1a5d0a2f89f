package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What commands say of a run whose definition is not stored any more. */
@WithRedis
class LostDefinitionIT {

    private static final Workflow PAY =
            Workflow.builder("pay").step("only", s -> s.handler("pay")).build();

    private Terminal terminal;

    @BeforeEach
    void open(TestRedis server) {
        terminal = Terminal.on(server);
    }

    @Test
    void a_run_is_told_apart_from_one_that_is_not_there(TestRedis server) {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            RunId run = stack.client().submit(PAY, 1).id();
            lose(server, stack, run);

            for (List<String> command :
                    List.of(
                            List.of("runs", "show", run.text()),
                            List.of("runs", "history", run.text()),
                            List.of("runs", "resume", run.text()),
                            List.of("steps", "show", run.text(), "only"),
                            List.of("steps", "skip", run.text(), "only", "--reason", "x"))) {
                assertLost(run, command.toArray(String[]::new));
            }
            Result explained = terminal.execute("explain", run.text(), "--json");
            assertThat(explained.code()).isZero();
            JsonNode cause = explained.json().path("cause");
            assertThat(cause.path("cause").asString()).isEqualTo("LOST_DEFINITION");
            assertThat(cause.path("definition").asString()).isEqualTo(PAY.hash());
            assertThat(terminal.execute("explain", run.text(), "only").out())
                    .contains("(pay) SUBMITTED", "its definition " + PAY.hash());

            var again = stack.client().submit(PAY, 2);
            assertThat(terminal.execute("runs", "show", run.text()).code()).isZero();
            lose(server, stack, again.id());
            assertThat(terminal.execute("runs", "cancel", run.text()).code()).isZero();
            assertThat(terminal.execute("explain", run.text()).out())
                    .contains("the run is CANCELLED since ");
            assertThat(terminal.execute("runs", "purge", run.text()).code()).isZero();
            Result gone = terminal.execute("runs", "show", run.text());
            assertThat(gone.code()).isEqualTo(4);
            assertThat(gone.err()).contains("there is no run " + run);
        }
    }

    @Test
    void a_dead_letter_is_shown_all_the_same_and_says_why_it_cannot_go_back(TestRedis server)
            throws Exception {
        Handlers broken = new Handlers().add("pay", (input, context) -> refuse());
        try (Stack stack = Stack.start(server, broken)) {
            RunId run = stack.run(PAY, 1).id();
            lose(server, stack, run);
            String letter = run + "/only";

            assertThat(terminal.execute("dlq", "show", letter).out()).contains("account closed");
            assertThat(terminal.execute("dlq", "export").out()).contains(letter);
            assertLost(run, "dlq", "retry", letter);
            assertLost(run, "dlq", "edit", letter, "--input", "2", "--reason", "x");
            assertLost(run, "dlq", "note", letter, "--text", "who removed it?");

            RunId other =
                    stack.run(Workflow.builder("o").step("a", s -> s.handler("pay")).build(), 1)
                            .id();
            Result all = terminal.execute("dlq", "retry", "--all", "--json");
            assertThat(all.code()).isZero();
            assertThat(all.json().path("published").asInt()).as("of %s", other).isOne();
            assertThat(all.json().path("refused").asInt()).isOne();
        }
    }

    private static Object refuse() {
        throw new PermanentStepException("account closed");
    }

    private static void lose(TestRedis server, Stack stack, RunId run) {
        String key = stack.namespace().keys(run).workflow(PAY.hash());
        assertThat(server.commands().del(key)).isOne();
    }

    private void assertLost(RunId run, String... command) {
        Result result = terminal.execute(command);
        assertThat(result.code()).as("%s", List.of(command)).isEqualTo(4);
        assertThat(result.err())
                .contains("run " + run + " is there, but its definition " + PAY.hash())
                .contains("submit runs of the same definition");
    }
}
