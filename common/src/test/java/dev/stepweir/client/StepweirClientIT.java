package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Connected;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StepweirClientIT extends Connected {

    private static final Workflow EMPTY = Workflow.builder("nothing").build();

    private StepweirClient client;

    @BeforeEach
    void open() {
        client = StepweirClient.over(redis, namespace);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void a_submitted_run_is_stored_with_its_definition() {
        SubmittedRun run = client.submit(EMPTY, Map.of("a", 1));

        Map<String, String> stored =
                server.commands().hgetall(namespace.keys(run.id()).run(run.id()));
        assertThat(stored)
                .containsEntry("head", "SUBMITTED " + EMPTY.hash())
                .containsEntry("input", "={\"a\":1}")
                .doesNotContainKey("watch");
        assertThat(run.durability()).isEqualTo(Durability.NONE);
    }

    @Test
    void a_definition_that_redis_lost_is_sent_again() {
        for (int i = 0; i < 20; i++) {
            client.submit(EMPTY, null);
        }
        namespace.all().forEach(keys -> server.commands().del(keys.workflow(EMPTY.hash())));

        SubmittedRun run = client.submit(EMPTY, null);

        String workflow = namespace.keys(run.id()).workflow(EMPTY.hash());
        assertThat(server.commands().hexists(workflow, "json")).isTrue();
    }

    @Test
    void the_end_of_a_watched_run_is_told() throws Exception {
        WatchedRun run = client.submitAndWatch(EMPTY, null);
        assertThat(run.completion()).isNotDone();

        finish(run.run().id());

        assertThat(client.await(run, Duration.ofSeconds(4)))
                .isEqualTo(new RunResult(run.run().id(), RunState.COMPLETED));
    }

    @Test
    void the_end_of_a_run_that_was_submitted_before_is_told() throws Exception {
        RunId run = client.submit(EMPTY, null).id();
        CompletableFuture<RunResult> first = client.completion(run);
        CompletableFuture<RunResult> second = client.completion(run);

        finish(run);

        assertThat(first.get(4, TimeUnit.SECONDS).state()).isEqualTo(RunState.COMPLETED);
        assertThat(second.get(4, TimeUnit.SECONDS).state()).isEqualTo(RunState.COMPLETED);
        assertThat(client.await(run, Duration.ofSeconds(4)).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void a_callback_may_ask_for_a_completion_and_close_the_client() throws Exception {
        StepweirClient own = StepweirClient.connect(server.uri(), server.namespace());
        CompletableFuture<RunId> submitted = new CompletableFuture<>();
        CompletableFuture<Void> closed =
                own.submitAsync(EMPTY, null)
                        .thenCompose(run -> {
                            submitted.complete(run.id());
                            return own.completion(run.id());
                        })
                        .thenRun(own::close);

        finish(submitted.get(4, TimeUnit.SECONDS));

        closed.get(20, TimeUnit.SECONDS);
    }

    @Test
    void a_client_that_is_closed_lets_nobody_wait() {
        RunId run = client.submit(EMPTY, null).id();
        CompletableFuture<RunResult> before = client.completion(run);

        client.close();

        assertThatThrownBy(() -> before.get(4, TimeUnit.SECONDS)).hasMessageContaining("closed");
        assertThatThrownBy(() -> client.completion(run).get(4, TimeUnit.SECONDS))
                .hasMessageContaining("closed");
    }

    @Test
    void a_lost_message_is_made_up_for() throws Exception {
        WatchedRun run = client.submitAndWatch(EMPTY, null);
        server.commands().hdel(namespace.keys(run.run().id()).run(run.run().id()), "watch");

        finish(run.run().id());

        assertThat(client.await(run, Duration.ofSeconds(15)).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void waiting_ends_without_ending_the_run() {
        RunId run = client.submit(EMPTY, null).id();
        assertThatThrownBy(() -> client.await(run, Duration.ofMillis(30)))
                .isInstanceOf(AwaitTimeoutException.class)
                .hasMessageContaining(run.text());
    }

    @Test
    void nobody_waits_for_a_run_that_is_not_there() {
        RunId nobody = namespace.newRunId();
        assertThatThrownBy(() -> client.await(nobody, Duration.ofSeconds(4)))
                .isInstanceOf(UnknownRunException.class)
                .hasMessageContaining(nobody.text());
    }

    @Test
    void an_input_of_two_mebibytes_is_carried_and_a_larger_one_refused() {
        int quotes = 2;
        String largest = "x".repeat(Submissions.MAX_INPUT - quotes);
        assertThat(client.submit(EMPTY, largest).id()).isNotNull();
        assertThatThrownBy(() -> client.submit(EMPTY, largest + "x"))
                .isInstanceOf(PayloadTooLargeException.class)
                .hasMessageContaining("2,097,153")
                .hasMessageContaining("2,097,152");
    }

    private void finish(RunId run) {
        StartRun start = new StartRun(namespace.keys(run), run, "", List.of(), List.of());
        assertThat(start.run(redis.scripts())).isEqualTo(StartRun.Outcome.COMPLETED);
    }

    @Test
    void who_cannot_connect_is_told_why_and_shown_no_password() {
        String wrong = server.uri().replaceFirst("//.*@", "//:wr0ng@");
        assertThatThrownBy(() -> StepweirClient.connect(wrong, server.namespace()))
                .isInstanceOf(RedisConnectionException.class)
                .hasMessageContaining("cannot use Redis at redis://***@")
                .hasMessageContaining("WRONGPASS")
                .message()
                .doesNotContain("wr0ng");
    }
}
