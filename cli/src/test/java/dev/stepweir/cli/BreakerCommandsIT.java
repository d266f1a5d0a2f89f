package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@WithRedis
class BreakerCommandsIT {

    private static final Workflow CALL =
            Workflow.builder("call")
                    .step(
                            "call",
                            s ->
                                    s.handler("call")
                                            .breaker(
                                                    new BreakerPolicy(
                                                            "payments", 1, Duration.ofHours(1))))
                    .step("after", s -> s.handler("call").after("call"))
                    .build();

    private Terminal terminal;
    private volatile boolean down;

    @BeforeEach
    void open(TestRedis server) {
        terminal = Terminal.on(server);
    }

    private Handlers handlers() {
        return new Handlers()
                .add(
                        "call",
                        (input, context) -> {
                            if (down) {
                                throw new IllegalStateException("gateway is down");
                            }
                            return "ok";
                        });
    }

    private JsonNode breaker() {
        return terminal.execute("breakers", "list", "--json").json().path(0);
    }

    @Test
    void a_breaker_is_listed_explained_and_closed(TestRedis server) throws Exception {
        down = true;
        try (Stack stack = Stack.start(server, handlers())) {
            RunId first = stack.client().submit(CALL, null).id();
            await().atMost(Stack.SOON)
                    .until(() -> breaker().path("state").asString().equals("OPEN"));
            RunId second = stack.client().submit(CALL, null).id();
            // The first may be parked alone for a moment, as it is tried again.
            await().atMost(Stack.SOON)
                    .until(() ->
                            stack.client().show(second).orElseThrow().steps().getFirst().state()
                                    == StepStatus.PARKED);

            JsonNode listed = breaker();
            assertThat(listed.path("dependency").asString()).isEqualTo("payments");
            assertThat(listed.path("probe_at").asString()).isNotEmpty();
            assertThat(listed.path("why").asString()).contains("gateway is down");
            assertThat(terminal.execute("breakers", "list").out())
                    .contains("payments", "OPEN", "PROBES");

            JsonNode told = terminal.execute("explain", second.text(), "after", "--json").json();
            JsonNode root =
                    told.path("steps").path(0).path("causes").path(0).path("because").path(0);
            assertThat(root.path("cause").asString()).isEqualTo("PARKED");
            assertThat(root.path("dependency").asString()).isEqualTo("payments");
            assertThat(root.path("sentence").asString())
                    .contains(
                            "charged nothing",
                            "OPEN",
                            "gateway is down",
                            "until a probe is made at");
            assertThat(terminal.execute("runs", "show", second.text()).out()).contains("PARKED");

            down = false;
            Result dry = terminal.execute("breakers", "close", "payments", "--dry-run");
            assertThat(dry.err()).contains("would be closing: payments is OPEN, ");
            assertThat(breaker().path("state").asString()).isEqualTo("OPEN");
            assertThat(terminal.execute("breakers", "close", "payments", "--reason", "back").err())
                    .contains("payments is closing");
            assertThat(stack.await(first).state().name()).isEqualTo("COMPLETED");
            assertThat(stack.await(second).state().name()).isEqualTo("COMPLETED");
        }
    }

    @Test
    void a_breaker_is_held_open_by_hand_and_reset(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server, handlers())) {
            assertThat(terminal.execute("breakers", "open", "payments", "--dry-run").err())
                    .contains("would be held open: payments is CLOSED, 0 parked");
            assertThat(terminal.execute("breakers", "list", "--json").json().isEmpty()).isTrue();

            var opened = terminal.execute("breakers", "open", "payments", "--reason", "upgrade");
            assertThat(opened.err())
                    .contains("payments is held open; nothing is kept of a breaker");
            assertThat(breaker().path("state").asString()).isEqualTo("FORCED_OPEN");
            assertThat(breaker().path("why").asString()).isEqualTo("upgrade");
            assertThat(breaker().path("by").asString()).isNotEmpty();
            assertThat(terminal.execute("breakers", "open", "payments").err())
                    .contains("unchanged: payments is FORCED_OPEN");
            RunId run = stack.client().submit(CALL, null).id();
            await().atMost(Stack.SOON).until(() -> breaker().path("parked").asInt() == 1);

            assertThat(terminal.execute("breakers", "reset", "payments").err())
                    .contains("payments is reset");
            assertThat(stack.await(run).state().name()).isEqualTo("COMPLETED");
        }
    }

    @Test
    void a_name_that_nothing_is_kept_of_may_be_mistyped(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server, handlers())) {
            Result closed = terminal.execute("breakers", "close", "paymnts");
            Result dry = terminal.execute("breakers", "reset", "paymnts", "--dry-run");

            assertThat(closed.code()).isZero();
            assertThat(closed.err())
                    .contains(
                            "unchanged: paymnts is CLOSED, 0 parked; nothing is kept of a breaker");
            assertThat(dry.err()).contains("would stay as it is", "nothing is kept of a breaker");
        }
    }

    @Test
    void a_blank_name_is_bad_input() {
        Result refused = terminal.execute("breakers", "reset", " ");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("DEPENDENCY must not be blank");
    }

    @Test
    void of_a_history_that_has_grown_too_long_the_newest_is_shown(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.start(server, handlers())) {
            RunId run = stack.client().submit(CALL, null).id();
            var ended = stack.await(run);
            String key = stack.namespace().keys(run).history(run);
            String[] many = new String[10_000];
            Arrays.fill(many, "9000000000001 RELEASED {\"step\":\"call\"}");
            many[many.length - 1] = "9000000000002 PARKED {\"step\":\"call\"}";
            server.commands().rpush(key, many);

            assertThat(stack.client().runs().history(run).stream().map(HistoryEntry::event))
                    .as("%s", ended.state())
                    .contains("PARKED");
        }
    }
}
