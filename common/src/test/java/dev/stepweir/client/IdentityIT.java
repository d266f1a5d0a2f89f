package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.client.Submission.Conflict;
import dev.stepweir.client.Submission.Duplicate;
import dev.stepweir.client.Submission.Existing;
import dev.stepweir.client.Submission.Started;
import dev.stepweir.json.CanonicalJson;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityIT extends Connected {

    private static final Workflow EMPTY = Workflow.builder("nothing").build();
    private static final Workflow OTHER = Workflow.builder("nothing").version("2").build();

    private StepweirClient client;

    IdentityIT() {
        super(5);
    }

    @BeforeEach
    void open() {
        client = StepweirClient.over(redis, namespace);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    @DisplayName("S0-U7: always-unique, every submit is a run")
    void without_a_key_every_submit_is_a_run() {
        RunId first = client.submit(EMPTY, 1, Identity.alwaysUnique()).accepted().id();
        RunId second = client.submit(EMPTY, 1, Identity.alwaysUnique()).accepted().id();

        assertThat(first).isNotEqualTo(second);
    }

    @Test
    @DisplayName("S0-U7: caller-provided, the same again is the same run")
    void the_same_under_a_key_is_the_same_run_until_it_is_removed() {
        Identity order = Identity.key("order 7");
        RunId run = started(client.submit(EMPTY, Map.of("a", 1, "b", 2), order));

        assertThat(client.submit(EMPTY, Json.tree("{\"b\": 2, \"a\": 1}"), order))
                .isInstanceOfSatisfying(
                        Existing.class, same -> assertThat(same.run().id()).isEqualTo(run));
        finish(run);
        assertThat(client.submit(EMPTY, Map.of("a", 1, "b", 2), order).accepted().id())
                .isEqualTo(run);
        assertThat(client.runs().list(10)).hasSize(1);

        assertThat(client.runs().purge(run)).isEqualTo(PurgeRun.Outcome.PURGED);
        assertThat(started(client.submit(EMPTY, Map.of("a", 2), order))).isNotEqualTo(run);
    }

    @Test
    @DisplayName("S0-U7: caller-provided, another input under a key is a conflict")
    void another_input_or_definition_under_a_key_is_a_conflict_that_shows_both_hashes() {
        Identity order = Identity.key("order 7");
        RunId run = started(client.submit(EMPTY, 1, order));

        Submission input = client.submit(EMPTY, 2, order);
        assertThat(input).isInstanceOf(Conflict.class);
        assertThat(input.sentence())
                .contains(run.text(), CanonicalJson.hash(Json.write(1)))
                .contains(CanonicalJson.hash(Json.write(2)))
                .doesNotContain("definition");
        Submission definition = client.submit(OTHER, 1, order);
        assertThat(definition.sentence())
                .contains(EMPTY.hash(), OTHER.hash())
                .doesNotContain("input");
        assertThatThrownBy(definition::accepted).isInstanceOf(RunConflictException.class);
        assertThat(client.runs().list(10)).hasSize(1);
    }

    @Test
    @DisplayName("S0-U7: strict, a duplicate is refused")
    void strict_refuses_what_was_submitted_before() {
        RunId run = started(client.submit(EMPTY, 1, Identity.strict()));

        assertThat(client.submit(EMPTY, 1, Identity.strict()))
                .isInstanceOfSatisfying(
                        Duplicate.class,
                        refused -> assertThat(refused.submitted().run()).isEqualTo(run));
        assertThat(client.submit(EMPTY, 2, Identity.strict())).isInstanceOf(Started.class);
        assertThat(client.submit(OTHER, 1, Identity.strict())).isInstanceOf(Started.class);

        assertThat(client.submit(EMPTY, 1, Identity.strict("k"))).isInstanceOf(Started.class);
        assertThat(client.submit(EMPTY, 1, Identity.strict("k"))).isInstanceOf(Duplicate.class);
        assertThat(client.submit(EMPTY, 2, Identity.strict("k"))).isInstanceOf(Conflict.class);
    }

    @Test
    void two_hundred_submits_of_one_key_at_once_make_one_run() throws Exception {
        Identity order = Identity.key("order 7");
        CountDownLatch gate = new CountDownLatch(1);
        List<Future<Submission>> answers = new ArrayList<>();
        try (StepweirClient second = StepweirClient.connect(server.uri(), server.namespace());
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                StepweirClient caller = i % 2 == 0 ? client : second;
                answers.add(
                        callers.submit(() -> {
                            gate.await();
                            return caller.submit(EMPTY, Map.of("n", 1), order);
                        }));
            }
            gate.countDown();
            int started = 0;
            for (Future<Submission> answer : answers) {
                assertThat(answer.get()).isInstanceOfAny(Started.class, Existing.class);
                started += answer.get() instanceof Started ? 1 : 0;
            }
            assertThat(started).isOne();
        }
        assertThat(answers)
                .extracting(answer -> answer.get().accepted().id())
                .containsOnly(client.runs().list(1_000).getFirst().id());
        assertThat(client.runs().list(1_000)).hasSize(1);
    }

    @Test
    void a_key_is_looked_for_where_it_was_put() {
        for (int i = 0; i < 40; i++) {
            String key = "order " + i;
            RunId run = started(client.submit(EMPTY, i, Identity.key(key)));
            assertThat(run.partition()).isEqualTo(namespace.partitionOf(key));
            assertThat(server.commands().get(namespace.keys(run).callerKey(key)))
                    .startsWith(run.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "\ud800", "\0"})
    void a_key_that_nobody_can_read_is_refused(String key) {
        assertThatThrownBy(() -> Identity.key(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 256");
        assertThatThrownBy(() -> Identity.strict("x".repeat(257)))
                .hasMessageContaining("257 characters");
    }

    private static RunId started(Submission submission) {
        assertThat(submission).isInstanceOf(Started.class);
        return submission.accepted().id();
    }

    private void finish(RunId run) {
        new StartRun(namespace.keys(run), run, "", List.of(), List.of()).run(redis.scripts());
    }
}
