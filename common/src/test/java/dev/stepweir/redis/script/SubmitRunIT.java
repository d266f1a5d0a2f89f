package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.SubmitRun.Outcome.ACCEPTED;
import static dev.stepweir.redis.script.SubmitRun.Outcome.ALREADY;
import static dev.stepweir.redis.script.SubmitRun.Outcome.CONFLICT;
import static dev.stepweir.redis.script.SubmitRun.Outcome.KEY_TAKEN;
import static dev.stepweir.redis.script.SubmitRun.Outcome.UNKNOWN_WORKFLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Bytes;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.RedisState;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.Test;

class SubmitRunIT extends OnStage {

    @Test
    void a_run_is_stored_listed_and_announced() {
        RunId run = stage.newRun(Flows.PAIR);

        stage.run(stage.submission(run))
                .answered(ACCEPTED)
                .changed(
                        """
                        - inbox | last inbox#0
                        + inbox | last inbox#1
                        + inbox | entry inbox#1 start=RUN
                        + open | zset
                        + open | TIME RUN
                        + run:RUN | hash
                        + run:RUN | head = SUBMITTED HASH
                        + run:RUN | input = ={"n":7}
                        + run:RUN | name = pair
                        + run:RUN | submitted = TIME
                        + workflow:HASH | hash
                        + workflow:HASH | json = JSON
                        + workflow:HASH | name = pair
                        + workflow:HASH | runs = 1
                        """);
    }

    @Test
    void submitting_twice_changes_nothing() {
        RunId run = stage.submitted(Flows.PAIR);

        stage.run(stage.submission(run)).answered(ALREADY).changedNothing();

        stage.run(stage.start(run));
        stage.run(stage.submission(run)).answered(ALREADY).changedNothing();
    }

    @Test
    void the_same_id_with_another_definition_is_a_conflict() {
        RunId run = stage.submitted(Flows.PAIR);

        stage.run(stage.submission(run, Flows.SINGLE, "{}")).answered(CONFLICT).changedNothing();
    }

    @Test
    void a_hash_that_the_partition_does_not_have_needs_the_definition() {
        RunId run = stage.newRun(Flows.PAIR);
        SubmitRun full = stage.submission(run);

        stage.run(withoutDefinition(full)).answered(UNKNOWN_WORKFLOW).changedNothing();

        stage.run(full).answered(ACCEPTED);
        RunId second = stage.newRun(Flows.PAIR);
        stage.run(withoutDefinition(stage.submission(second))).answered(ACCEPTED);
        assertThat(stage.state().get("workflow:HASH")).contains("runs = 2");
    }

    @Test
    void a_large_input_is_kept_beside_the_run() {
        RunId run = stage.newRun(Flows.SINGLE);
        String input = "\"" + "x".repeat(5_000) + "\"";

        stage.run(stage.submission(run, Flows.SINGLE, input)).answered(ACCEPTED);

        RedisState state = stage.state();
        assertThat(state.get("run:RUN")).contains("input = @");
        assertThat(state.get("blob:RUN:input")).isEqualTo("string\n" + input);
    }

    @Test
    void who_waits_is_noted_with_the_run() {
        RunId run = stage.newRun(Flows.SINGLE);
        SubmitRun plain = stage.submission(run);
        SubmitRun watched =
                new SubmitRun(
                        plain.keys(),
                        run,
                        plain.hash(),
                        plain.definition(),
                        plain.name(),
                        plain.input(),
                        "channel-1");

        stage.run(watched).answered(ACCEPTED);

        assertThat(stage.state().get("run:RUN")).contains("watch = channel-1");
    }

    @Test
    void an_inbox_of_another_type_is_an_error_that_a_repetition_repairs() {
        RunId run = stage.newRun(Flows.SINGLE);
        stage.commands().del(stage.keys().inbox());
        stage.commands().set(stage.keys().inbox(), Stage.NO_STREAM);

        assertThatThrownBy(() -> stage.run(stage.submission(run)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");

        // The doorbell is all that is missing: the run is listed, so the reconciler finds it.
        assertThat(stage.state().get("open")).contains("RUN");
        stage.run(stage.submission(run)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_callers_key_is_claimed_with_the_run_and_for_no_other() {
        RunId run = stage.newRun(Flows.PAIR);
        stage.run(keyed(stage.submission(run)))
                .answered(ACCEPTED)
                .changed(
                        """
                        - inbox | last inbox#0
                        + inbox | last inbox#1
                        + inbox | entry inbox#1 start=RUN
                        + open | zset
                        + open | TIME RUN
                        + run-key:order 7 | string
                        + run-key:order 7 | RUN HASH abc
                        + run:RUN | hash
                        + run:RUN | head = SUBMITTED HASH
                        + run:RUN | input = ={"n":7}
                        + run:RUN | key = order 7
                        + run:RUN | name = pair
                        + run:RUN | submitted = TIME
                        + workflow:HASH | hash
                        + workflow:HASH | json = JSON
                        + workflow:HASH | name = pair
                        + workflow:HASH | runs = 1
                        """);

        stage.run(keyed(stage.submission(run))).answered(ALREADY).changedNothing();
        RunId second = stage.newRun(Flows.PAIR);
        stage.run(keyed(stage.submission(second))).answered(KEY_TAKEN).changedNothing();
    }

    private static SubmitRun keyed(SubmitRun plain) {
        return new SubmitRun(
                plain.keys(),
                plain.runId(),
                plain.hash(),
                plain.definition(),
                plain.name(),
                plain.input(),
                plain.watch(),
                new SubmitRun.Claim("order 7", "abc"));
    }

    private static SubmitRun withoutDefinition(SubmitRun full) {
        return new SubmitRun(
                full.keys(),
                full.runId(),
                full.hash(),
                Bytes.EMPTY,
                full.name(),
                full.input(),
                full.watch());
    }
}
