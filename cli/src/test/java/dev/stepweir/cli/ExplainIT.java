package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every cause, brought about and asked for. */
@WithRedis
class ExplainIT {

    private static final Workflow CHAIN =
            Workflow.builder("chain")
                    .step("a", s -> s.handler("work").backoff(Backoff.FIXED, Duration.ofHours(1)))
                    .step("b", s -> s.handler("work").after("a"))
                    .step("c", s -> s.handler("work").after("b"))
                    .build();

    private Terminal terminal;

    @BeforeEach
    void open(TestRedis server) {
        terminal = Terminal.on(server);
    }

    private JsonNode explain(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "explain";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--json";
        return terminal.execute(all).json();
    }

    private JsonNode cause(RunId run, String step) {
        return explain(run.text(), step).path("steps").path(0).path("causes").path(0);
    }

    private JsonNode awaitCause(RunId run, String step, String cause) throws InterruptedException {
        while (true) {
            JsonNode first = cause(run, step);
            if (first.path("cause").asString().equals(cause)) {
                return first;
            }
            Stack.pass(Duration.ofMillis(20));
        }
    }

    @Test
    void a_chain_is_followed_to_the_time_at_which_its_root_is_tried_again(TestRedis server)
            throws Exception {
        Handlers failing = new Handlers().add("work", (input, context) -> fail("no luck"));
        try (Stack stack = Stack.start(server, failing)) {
            RunId run = stack.client().submit(CHAIN, null).id();
            JsonNode retry = awaitCause(run, "a", "RETRY_AT");
            assertThat(retry.path("failures").asInt()).isOne();
            assertThat(retry.path("sentence").asString()).contains("no luck", "1 failure");

            JsonNode onB = explain(run.text(), "c").path("steps").path(0).path("causes").path(0);
            assertThat(onB.path("cause").asString()).isEqualTo("DEPENDENCY");
            assertThat(onB.path("step").asString()).isEqualTo("b");
            JsonNode onA = onB.path("because").path(0);
            assertThat(onA.path("step").asString()).isEqualTo("a");
            assertThat(onA.path("because").path(0).path("cause").asString()).isEqualTo("RETRY_AT");

            String shown = terminal.execute("explain", run.text()).out();
            assertThat(shown).contains("step a WAITING_FOR_RETRY", "2 more wait behind these");
        }
    }

    private static Object fail(String message) {
        throw new IllegalStateException(message);
    }

    @Test
    void of_a_long_chain_the_beginning_and_the_root_are_told(TestRedis server) throws Exception {
        Workflow.Builder chain = Workflow.builder("long");
        for (int i = 0; i < 600; i++) {
            String[] after = i == 0 ? new String[0] : new String[] {"s" + (i - 1)};
            chain.step("s" + i, s -> s.handler("nobody").after(after));
        }
        try (Stack stack = Stack.open(server).orchestrator()) {
            RunId run = stack.client().submit(chain.build(), null).id();
            awaitCause(run, "s0", "NO_WORKER");
            JsonNode told = explain(run.text(), "s599");
            String text = told.toString();
            assertThat(text)
                    .contains("'s598'", "'s591'", "590 steps further up", "'s0'", "NO_WORKER");
            assertThat(text).doesNotContain("'s590'");
            assertThat(explain(run.text()).path("behind").asInt()).isEqualTo(599);
        }
    }

    @Test
    void a_run_that_nobody_takes_up_says_that_no_orchestrator_is_alive(TestRedis server) {
        try (Stack stack = Stack.open(server)) {
            RunId run = stack.client().submit(CHAIN, null).id();

            JsonNode cause = explain(run.text()).path("cause");
            assertThat(cause.path("cause").asString()).isEqualTo("NOT_TAKEN_UP");
            assertThat(cause.path("sentence").asString()).contains("no orchestrator is alive");
            assertThat(explain(run.text(), "a").path("steps").path(0).toString())
                    .contains("NOT_TAKEN_UP");
        }
    }

    @Test
    void a_step_without_a_worker_says_for_which_handler_and_who_had_it(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator()) {
            RunId run = stack.client().submit(CHAIN, null).id();
            JsonNode cause = awaitCause(run, "a", "NO_WORKER");
            assertThat(cause.path("handler").asString()).isEqualTo("work");
            assertThat(cause.path("sentence").asString()).contains("nobody known ever had it");
            Keys keys = stack.namespace().keys(run);
            String record = "{\"id\":\"w9\",\"handlers\":[\"work\"]}";
            server.commands().hset(keys.in(0).workerRecords(), "w9", record);
            server.commands().zadd(keys.workerBeats(), 1_700_000_000_000.0, "w9");
            assertThat(awaitCause(run, "a", "NO_WORKER").path("had_by").toString())
                    .contains("w9, last seen 2023-");
        }
    }

    @Test
    void a_step_behind_others_says_how_many_and_one_at_work_says_who(TestRedis server)
            throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Handlers waiting =
                new Handlers()
                        .add(
                                "work",
                                JsonNode.class,
                                1,
                                (input, context) -> {
                                    go.await();
                                    return 1;
                                });
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1).orchestrator()) {
            var worker = stack.worker(waiting);
            RunId first = stack.client().submit(CHAIN, null).id();
            assertThat(awaitCause(first, "a", "RUNNING").path("worker").asString())
                    .isEqualTo(worker.id());
            List<RunId> more = stack.submit(CHAIN, 3);
            for (RunId run : more) {
                awaitCause(run, "a", "IN_QUEUE");
            }
            int most = 0;
            for (RunId run : more) {
                most = Math.max(most, awaitCause(run, "a", "IN_QUEUE").path("ahead").asInt());
            }
            assertThat(most).isEqualTo(2);
            Keys keys = stack.namespace().keys(first);
            server.commands().zadd(keys.workerBeats(), 1_700_000_000_000.0, "ghost");
            go.countDown();
            assertThat(stack.await(first).steps()).hasSize(3);
        }
    }

    @Test
    void a_step_of_a_silent_worker_waits_for_the_reaper_and_a_lost_entry_for_its_repair(
            TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            RunId run = startedByHand(stack, server);
            Keys keys = stack.namespace().keys(run);
            awaitCause(run, "a", "NO_WORKER");
            server.commands()
                    .xreadgroup(
                            Consumer.from(Keys.WORKER_GROUP, "ghost"),
                            StreamOffset.lastConsumed(keys.queue("work")));
            JsonNode silent = awaitCause(run, "a", "AWAITS_REAPER");
            assertThat(silent.path("worker").asString()).isEqualTo("ghost");
            assertThat(silent.path("sentence").asString()).contains("no reaper is alive");

            server.commands().del(keys.queue("work"));
            assertThat(awaitCause(run, "a", "ENTRY_LOST").path("queue").asString())
                    .isEqualTo("work");
        }
    }

    @Test
    void a_worker_that_beats_rarely_and_in_time_executes_its_step(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            RunId run = startedByHand(stack, server);
            Keys keys = stack.namespace().keys(run);
            server.commands()
                    .xreadgroup(
                            Consumer.from(Keys.WORKER_GROUP, "calm"),
                            StreamOffset.lastConsumed(keys.queue("work")));
            server.commands()
                    .hset(
                            keys.workerRecords(),
                            "calm",
                            "{\"id\":\"calm\",\"heartbeat_ms\":600000}");
            long now = RedisTime.millis(stack.redis());

            server.commands().zadd(keys.workerBeats(), now - 590_000.0, "calm");
            assertThat(cause(run, "a").path("cause").asString()).isEqualTo("RUNNING");

            server.commands().zadd(keys.workerBeats(), now - 910_000.0, "calm");
            assertThat(cause(run, "a").path("cause").asString()).isEqualTo("AWAITS_REAPER");
        }
    }

    /** Started by an orchestrator that ends before anything happens to the queue. */
    private static RunId startedByHand(Stack stack, TestRedis server) throws Exception {
        RunId run = stack.client().submit(CHAIN, null).id();
        try (Stack brief = Stack.open(server.uri(), server.namespace(), 1).orchestrator()) {
            while (brief.client().show(run).orElseThrow().steps().getFirst().dispatch() == 0) {
                Stack.pass(Duration.ofMillis(10));
            }
        }
        return run;
    }

    @Test
    void a_dead_letter_and_the_end_of_a_run_are_named(TestRedis server) throws Exception {
        Handlers broken =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    if (input.asInt() == 0) {
                                        throw new PermanentStepException("for good");
                                    }
                                    return input;
                                });
        try (Stack stack = Stack.start(server, broken)) {
            RunId run = stack.run(CHAIN, 0).id();
            JsonNode told = explain(run.text());
            assertThat(told.path("cause").path("run_status").asString()).isEqualTo("FAILED");
            assertThat(told.path("steps").path(0).toString())
                    .contains("DEAD_LETTER", run + "/a", "for good");
            assertThat(explain(run.text(), "c").toString()).contains("DEPENDENCY", "DEAD_LETTER");
            assertThat(terminal.execute("explain", run.text()).out())
                    .containsOnlyOnce("the run is FAILED since ")
                    .contains("for good");

            RunId done = stack.run(CHAIN, 1).id();
            assertThat(explain(done.text(), "b").toString()).contains("SUCCEEDED");
            assertThat(terminal.execute("explain", done.text()).out())
                    .contains("the run is COMPLETED since ");
        }
    }

    @Test
    void a_run_or_a_step_that_is_not_there_is_one_sentence(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server)) {
            RunId nobody = stack.namespace().newRunId();
            assertThat(terminal.execute("explain", nobody.text()).code()).isEqualTo(4);
            RunId run = stack.client().submit(CHAIN, null).id();
            Terminal.Result wrong = terminal.execute("explain", run.text(), "d");
            assertThat(wrong.code()).isEqualTo(4);
            assertThat(wrong.err()).contains("no step 'd'", "[a, b, c]");
        }
    }
}
