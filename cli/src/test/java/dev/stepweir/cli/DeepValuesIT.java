package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Values nested as deep as they may be, and deeper, in all that they flow into and are shown in.
 */
@WithRedis
class DeepValuesIT {

    private static final String DEEPEST = nested(Json.MAX_VALUE_DEPTH);
    private static final String TOO_DEEP = nested(Json.MAX_VALUE_DEPTH + 1);

    private static final Workflow JOIN =
            Workflow.builder("join")
                    .step("left", s -> s.handler("echo"))
                    .step("right", s -> s.handler("echo"))
                    .step("both", s -> s.handler("both").after("left", "right"))
                    .build();

    private static final Workflow KEEPER =
            Workflow.builder("keeper").step("keep", s -> s.handler("keep")).build();

    private final AtomicBoolean broken = new AtomicBoolean(true);

    @TempDir private Path directory;
    private Stack stack;
    private Terminal terminal;

    @BeforeEach
    void start(TestRedis server) {
        Handlers handlers =
                new Handlers()
                        .add("both", JsonNode.class, (input, context) -> both(input))
                        .add("deeper", (input, context) -> Json.tree(TOO_DEEP))
                        .add(
                                "keep",
                                (input, context) ->
                                        context.once(
                                                "kept", JsonNode.class, () -> Json.tree(DEEPEST)));
        stack = Stack.start(server, handlers);
        terminal = Terminal.on(server);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    private JsonNode both(JsonNode input) {
        if (broken.get()) {
            throw new PermanentStepException("not now");
        }
        return input.path("left");
    }

    @Test
    void the_deepest_flows_on_and_is_shown_everywhere() throws Exception {
        JsonNode deepest = Json.tree(DEEPEST);
        RunId run = stack.run(JOIN, deepest).id();
        String letter = run + "/both";

        assertThat(terminal.execute("dlq", "show", letter, "--json").json().path("input"))
                .isEqualTo(Json.tree("{\"left\":" + DEEPEST + ",\"right\":" + DEEPEST + "}"));
        Result edited =
                terminal.execute(
                        "dlq", "edit", letter, "--input", "{\"left\":[]}", "--reason", "x");
        assertThat(edited.code()).as(edited.err()).isZero();
        JsonNode exported = Json.tree(terminal.execute("dlq", "export").out());
        assertThat(exported).hasSize(1);
        assertThat(exported.findValue("from").path("left")).isEqualTo(deepest);
        Result completed =
                terminal.execute(
                        "steps",
                        "complete",
                        run.text(),
                        "both",
                        "--result",
                        DEEPEST,
                        "--reason",
                        "x");
        assertThat(completed.code()).as(completed.err()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);

        JsonNode shown = terminal.execute("runs", "show", run.text(), "--json").json();
        assertThat(shown.path("input")).isEqualTo(deepest);
        assertThat(shown.path("steps").path("left").path("output")).isEqualTo(deepest);
        assertThat(shown.path("output")).isEqualTo(deepest);
        Result waited = terminal.execute("runs", "wait", run.text(), "--json");
        assertThat(waited.json().path("output")).isEqualTo(deepest);
        JsonNode history = terminal.execute("runs", "history", run.text(), "--json").json();
        assertThat(history.findValue("result")).isEqualTo(deepest);
    }

    @Test
    void the_deepest_may_be_done_once_and_put_out_by_a_join() throws Exception {
        broken.set(false);

        assertThat(stack.run(JOIN, Json.tree(DEEPEST)).output()).isEqualTo(Json.tree(DEEPEST));
        assertThat(stack.run(KEEPER, 1).output()).isEqualTo(Json.tree(DEEPEST));
    }

    @Test
    void what_is_deeper_is_refused_where_it_comes_in() throws Exception {
        RunView run =
                stack.run(
                        Workflow.builder("deep").step("only", s -> s.handler("deeper")).build(), 1);
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.steps().getFirst().error().orElseThrow().message())
                .isEqualTo(
                        "the output cannot be written as JSON: a value may be nested 56 levels"
                                + " deep, and this one is deeper");

        String id = run.id().text();
        String why = "--reason=x";
        for (List<String> command :
                List.of(
                        List.of("run", file(), "--input", TOO_DEEP),
                        List.of("run", file(), "--input", nested(65)),
                        List.of("steps", "complete", id, "only", why, "--result", TOO_DEEP),
                        List.of("dlq", "edit", id + "/only", why, "--input", TOO_DEEP))) {
            Result refused = terminal.execute(command.toArray(String[]::new));
            assertThat(refused.code()).as("%s: %s", command, refused.err()).isEqualTo(2);
            assertThat(refused.err()).contains("nesting depth", "maximum allowed (56)");
        }
    }

    private String file() throws IOException {
        Path file = directory.resolve("flow.yaml");
        Files.writeString(file, "name: flow\nsteps:\n  - {name: a, handler: echo}\n");
        return file.toString();
    }
}
