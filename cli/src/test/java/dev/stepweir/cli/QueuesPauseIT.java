package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code queues pause} and {@code queues resume} as an operator types them. */
@WithRedis
class QueuesPauseIT {

    private static final Workflow BOTH =
            Workflow.builder("both")
                    .step("a", s -> s.handler("work"))
                    .step("b", s -> s.handler("other"))
                    .build();

    @Test
    void a_paused_queue_says_who_paused_it_and_is_read_again_when_resumed(TestRedis server)
            throws Exception {
        Terminal terminal = Terminal.on(server);
        List<String> calls = new CopyOnWriteArrayList<>();
        Handlers handlers =
                new Handlers()
                        .add("work", (input, context) -> calls.add(context.step()))
                        .add("other", (input, context) -> calls.add(context.step()));
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            Terminal.Result unknown = terminal.execute("queues", "pause", "work");
            assertThat(unknown.code()).isEqualTo(4);
            assertThat(unknown.err()).contains("there is no queue 'work'; there are: []");
            assertThat(terminal.execute("queues", "resume", "work").code()).isEqualTo(4);
            RunId run = stack.client().submit(BOTH, null).id();
            await().until(() -> stack.client().queues().names().contains("work"));

            assertThat(terminal.execute("queues", "pause", "work", "--reason", "look").code())
                    .isZero();
            stack.worker(handlers);
            await().until(() ->
                    stack.client().show(run).orElseThrow().steps(StepStatus.SUCCEEDED) == 1);

            assertThat(calls).containsExactly("b");
            assertThat(terminal.execute("queues", "pause", "work").err())
                    .contains("was paused before");
            String who = System.getProperty("user.name");
            assertThat(terminal.execute("queues", "list").out()).contains("paused by " + who);
            JsonNode cause =
                    terminal.execute("explain", run.text(), "a", "--json")
                            .json()
                            .path("steps")
                            .path(0)
                            .path("causes")
                            .path(0);
            assertThat(cause.path("cause").asString()).isEqualTo("QUEUE_PAUSED");
            assertThat(cause.path("sentence").asString())
                    .contains("queue 'work' is paused by " + who, ": look");

            assertThat(terminal.execute("queues", "resume", "work").err())
                    .contains("is read again");
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            assertThat(terminal.execute("queues", "resume", "work").err())
                    .contains("was not paused");
        }
    }
}
