package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.run.RunId;
import io.lettuce.core.Consumer;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What beginning and taking in a turn do. */
class TakeIT extends OnStage {

    @Test
    void a_taken_step_comes_with_what_flows_into_it_and_nothing_is_written() {
        stage.started(Flows.PAIR);
        AdvanceSteps turn = stage.turnOf("w1");
        turn.take("work", 8);

        Stage.Act<Turn> act = stage.send(turn, 8);

        act.changed(
                """
                - queue:work | group workers at work#0
                + queue:work | group workers at work#1
                + queue:work | consumer workers w1
                + queue:work | pending workers work#1 of w1, delivered 1
                """);
        Begun begun = act.outcome().begun().getFirst();
        assertThat(begun.queue()).isEqualTo("work");
        assertThat(begun.entryId()).isEqualTo(Stage.entryId("work", 1));
        assertThat(begun.stored()).isEqualTo("READY 1@" + Stage.entryId("work", 1));
        assertThat(begun.inputs()).containsExactly(Bytes.of("={\"n\":7}"));
    }

    @Test
    void the_outputs_of_its_dependencies_flow_into_a_step() {
        stage.started(Flows.JOIN);
        List<Begun> begun = stage.take("w1", "work");
        stage.commit(
                "w1",
                stage.success(begun.get(0), "1"),
                stage.success(begun.get(1), ""),
                stage.success(begun.get(2), "3"));

        Begun join = stage.takeOne("w1", "other");

        assertThat(join.inputs()).containsExactly(Bytes.of("=1"), null, Bytes.of("=3"));
    }

    @Test
    void one_call_commits_and_takes_what_that_made_ready() {
        stage.started(Flows.PAIR);
        AdvanceSteps turn = stage.turnOf("w1");
        turn.commit(stage.success(stage.takeOne("w1", "work"), "1"));
        turn.take("other", 1);

        Turn result = stage.send(turn, 1).outcome();

        assertThat(result.results()).containsExactly(Result.APPLIED);
        assertThat(result.begun()).extracting(Begun::queue).containsExactly("other");
        assertThat(result.problem()).isEmpty();
    }

    @Test
    void no_more_is_taken_than_asked_for_from_each_and_from_all() {
        stage.started(Flows.JOIN);
        stage.started(Flows.FORK);
        stage.commit("w1", stage.success(stage.take("w1", "work").getLast(), "1"));
        stage.started(Flows.JOIN);
        AdvanceSteps turn = stage.turnOf("w2");
        turn.take("work", 2);
        turn.take("other", 64);

        assertThat(stage.send(turn, 3).outcome().begun())
                .extracting(Begun::queue)
                .containsExactly("work", "work", "other");
        assertThat(stage.take("w2", "work", "other"))
                .extracting(Begun::queue)
                .containsExactly("work", "other");
    }

    @Test
    void nothing_is_taken_without_budget() {
        stage.started(Flows.SINGLE);
        AdvanceSteps turn = stage.turnOf("w1");
        turn.take("work", 8);

        Stage.Act<Turn> act = stage.send(turn, 0);

        act.changedNothing();
        assertThat(act.outcome().begun()).isEmpty();
    }

    @Test
    void a_copy_of_an_entry_is_dropped_and_the_original_stays() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.duplicate(begun);
        AdvanceSteps turn = stage.turnOf("w2");
        turn.take("work", 8);

        Stage.Act<Turn> during = stage.send(turn, 8);

        assertThat(during.outcome().begun()).isEmpty();
        during.changed(
                """
                - queue:work | entry work#2 d=RUN 1 s:only
                - queue:work | group workers at work#1
                + queue:work | group workers at work#2
                + queue:work | consumer workers w2
                """);

        stage.commit("w1", stage.success(begun, "1"));
        stage.duplicate(begun);
        assertThat(stage.take("w2", "work")).isEmpty();
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
        assertThat(
                        stage.commands()
                                .xpending(stage.keys().queue("work"), Keys.WORKER_GROUP)
                                .getCount())
                .isZero();
    }

    @Test
    void an_entry_that_was_read_outside_of_the_call_is_begun() {
        stage.started(Flows.SINGLE);
        var read = read("w1", "work").getFirst();
        AdvanceSteps turn = stage.turnOf("w1");
        turn.begin("work", read.getId(), Bytes.of(read.getBody().get("d")));

        Stage.Act<Turn> act = stage.send(turn, 0);

        act.changedNothing();
        assertThat(act.outcome().begun()).extracting(Begun::entryId).containsExactly(read.getId());
    }

    @Test
    void siblings_of_many_runs_are_begun_each_with_its_own_inputs() {
        RunId whole = stage.started(Flows.SIBLINGS);
        RunId partly = stage.started(Flows.SIBLINGS);
        stage.take("w1", "work")
                .forEach(root -> stage.commit("w1", stage.success(root, inputOf(root.entry()))));
        AdvanceSteps turn = stage.turnOf("w1");
        for (String queue : List.of("work", "other")) {
            for (var read : read("w1", queue)) {
                turn.begin(queue, read.getId(), Bytes.of(read.getBody().get("d")));
            }
        }
        // The other run's left step is published anew meanwhile: its entry is not current.
        stage.commands().hset(stage.keys().run(partly), "s:left", "READY 2@9-9");

        Turn result = stage.send(turn, 0).outcome();

        assertThat(result.problem()).isEmpty();
        assertThat(result.begun())
                .extracting(begun -> begun.queue() + " " + Bytes.text(begun.inputs().getFirst()))
                .containsExactlyInAnyOrder(
                        "work =" + inputOf(whole.text()),
                        "other =" + inputOf(whole.text()),
                        "other =" + inputOf(partly.text()));
    }

    private List<StreamMessage<String, String>> read(String worker, String queue) {
        return stage.commands()
                .xreadgroup(
                        Consumer.from(Keys.WORKER_GROUP, worker),
                        StreamOffset.lastConsumed(stage.keys().queue(queue)));
    }

    private static String inputOf(String entry) {
        return '"' + entry.substring(0, 36) + '"';
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x", "no run at all, and no number either, is what this says"})
    void an_entry_that_says_nothing_sensible_is_dropped_however_it_was_read(String text) {
        stage.started(Flows.SINGLE);
        String queue = stage.keys().queue("work");
        stage.commands().xadd(queue, Map.of("d", text));

        assertThat(stage.take("w1", "work")).hasSize(1);

        String id = stage.commands().xadd(queue, Map.of("d", text));
        read("w1", "work");
        AdvanceSteps turn = stage.turnOf("w1");
        turn.begin("work", id, Bytes.of(text));

        Turn read = stage.send(turn, 0).outcome();

        assertThat(read.problem()).isEmpty();
        assertThat(read.begun()).isEmpty();
        assertThat(stage.commands().xlen(queue)).isEqualTo(1);
    }

    @Test
    @DisplayName("S2-053 claim_during_status_transition_handled: the run is cancelled or gone")
    void entries_of_closed_and_missing_runs_are_dropped() {
        RunId cancelled = stage.started(Flows.SINGLE);
        stage.run(stage.cancellation(cancelled));
        RunId gone = stage.started(Flows.SINGLE);
        stage.commands().del(stage.keys().run(gone));
        AdvanceSteps turn = stage.turnOf("w1");
        turn.take("work", 8);

        Stage.Act<Turn> act = stage.send(turn, 8);

        assertThat(act.outcome().begun()).isEmpty();
        act.changed(
                """
                - queue:work | entry work#1 d=RUN 1 s:only
                - queue:work | entry work#2 d=RUN2 1 s:only
                - queue:work | group workers at work#0
                + queue:work | group workers at work#2
                + queue:work | consumer workers w1
                """);
    }

    @Test
    void a_lost_group_is_a_problem_of_the_take_and_the_commits_are_told() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commands().xgroupDestroy(stage.keys().queue("other"), Keys.WORKER_GROUP);
        AdvanceSteps turn = stage.turnOf("w1");
        turn.commit(stage.success(begun, "1"));
        turn.take("other", 8);

        Turn result = stage.send(turn, 8).outcome();

        assertThat(result.results()).containsExactly(Result.APPLIED);
        assertThat(result.begun()).isEmpty();
        assertThat(result.problem()).contains("NOGROUP");
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
    }

    @Test
    void what_was_taken_before_the_problem_is_delivered() {
        stage.started(Flows.SINGLE);
        stage.damage("other");
        AdvanceSteps turn = stage.turnOf("w1");
        turn.take("work", 8);
        turn.take("other", 8);

        Turn result = stage.send(turn, 8).outcome();

        assertThat(result.begun()).extracting(Begun::queue).containsExactly("work");
        assertThat(result.problem()).contains("WRONGTYPE");
    }
}
