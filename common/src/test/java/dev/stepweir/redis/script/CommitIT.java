package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.AdvanceSteps.Result.ALREADY;
import static dev.stepweir.redis.script.AdvanceSteps.Result.APPLIED;
import static dev.stepweir.redis.script.AdvanceSteps.Result.GONE;
import static dev.stepweir.redis.script.AdvanceSteps.Result.RUN_CLOSED;
import static dev.stepweir.redis.script.AdvanceSteps.Result.STALE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the commits of a turn do. */
class CommitIT extends OnStage {

    private static final String REDRIVEN_SUCCESS =
            """
            - dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
            - letters | hash
            - letters | RUN/first = dlq#1
            - queue:other | last other#0
            + queue:other | last other#1
            + queue:other | entry other#1 d=RUN 1 s:second\\x1fo:first
            - queue:work | entry work#2 d=RUN 2 s:first
            - queue:work | pending workers work#2 of w2, delivered 1
            - run:RUN | s:first = READY 2@work#2 f=1 fb=1 dlq=dlq#1
            + run:RUN | o:first = =1
            + run:RUN | s:first = SUCCEEDED 2@work#2 f=1 fb=1 w=w2 to=TIME ms=15
            + run:RUN | s:second = READY 1@other#1
            """;

    @Test
    @Covers(steps = {StepTransition.SUCCEED, StepTransition.UNBLOCK})
    void a_success_is_kept_publishes_its_successor_and_removes_its_entry() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.commit("w1", stage.success(begun, "{\"ok\":true}"))
                .answered(List.of(APPLIED))
                .changed(
                        """
                        - queue:other | last other#0
                        + queue:other | last other#1
                        + queue:other | entry other#1 d=RUN 1 s:second\\x1fo:first
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | o:first = ={"ok":true}
                        + run:RUN | s:first = SUCCEEDED 1@work#1 w=w1 to=TIME ms=15
                        + run:RUN | s:second = READY 1@other#1
                        """);
    }

    @Test
    @Covers(runs = RunTransition.COMPLETE)
    void the_last_success_completes_the_run() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");

        stage.commit("w1", stage.success(begun, ""))
                .answered(List.of(APPLIED))
                .changed(
                        """
                        + completed | zset
                        + completed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - queue:work | entry work#1 d=RUN 1 s:only
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:only = READY 1@work#1
                        + run:RUN | finished = TIME
                        + run:RUN | head = COMPLETED HASH
                        + run:RUN | s:only = SUCCEEDED 1@work#1 w=w1 to=TIME ms=15
                        """);
    }

    @Test
    void a_repeated_commit_is_known_and_changes_nothing() {
        stage.started(Flows.PAIR);
        Commit success = stage.success(stage.takeOne("w1", "work"), "1");
        stage.commit("w1", success);

        stage.commit("w1", success).answered(List.of(ALREADY)).changedNothing();
    }

    @Test
    void the_same_item_twice_in_a_call_counts_once() {
        stage.started(Flows.JOIN);
        Begun begun = stage.takeOne("w1", "work");

        stage.commit("w1", stage.success(begun, "1"), stage.success(begun, "1"))
                .answered(List.of(APPLIED, ALREADY));

        assertThat(stage.state().get("run:RUN")).contains("s:all = PENDING 2");
    }

    @Test
    @Covers(steps = {StepTransition.COUNT_DOWN, StepTransition.UNBLOCK})
    void the_last_of_three_dependencies_publishes_the_join_whatever_is_repeated() {
        stage.started(Flows.JOIN);
        List<Commit> successes =
                stage.take("w1", "work").stream().map(b -> stage.success(b, "1")).toList();

        stage.commit("w1", successes.get(1)).answered(List.of(APPLIED));
        stage.commit("w1", successes.get(1)).answered(List.of(ALREADY));
        stage.commit("w1", successes.get(0), successes.get(1)).answered(List.of(APPLIED, ALREADY));
        assertThat(stage.state().get("run:RUN")).contains("s:all = PENDING 1");

        stage.commit("w1", successes.get(2))
                .answered(List.of(APPLIED))
                .changed(
                        """
                        - queue:other | last other#0
                        + queue:other | last other#1
                        + queue:other | entry other#1 d=RUN 1 s:all\\x1fo:a\\x1fo:b\\x1fo:c
                        - queue:work | entry work#3 d=RUN 1 s:c
                        - queue:work | pending workers work#3 of w1, delivered 1
                        - run:RUN | s:all = PENDING 1
                        - run:RUN | s:c = READY 1@work#3
                        + run:RUN | o:c = =1
                        + run:RUN | s:all = READY 1@other#1
                        + run:RUN | s:c = SUCCEEDED 1@work#3 w=w1 to=TIME ms=15
                        """);

        stage.commit("w1", successes.toArray(Commit[]::new))
                .answered(List.of(ALREADY, ALREADY, ALREADY))
                .changedNothing();
    }

    @Test
    void a_whole_join_in_one_call_is_published_once() {
        stage.started(Flows.JOIN);
        List<Commit> successes =
                stage.take("w1", "work").stream().map(b -> stage.success(b, "1")).toList();

        stage.commit("w1", successes.toArray(Commit[]::new));

        assertThat(stage.stored(successes.getFirst().run(), "all")).startsWith("READY 1@");
        assertThat(stage.commands().xlen(stage.keys().queue("other"))).isEqualTo(1);
    }

    @Test
    void a_run_with_two_ends_completes_with_the_second() {
        RunId run = stage.started(Flows.FORK);
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        List<Commit> ends =
                stage.take("w1", "other").stream().map(b -> stage.success(b, "2")).toList();

        stage.commit("w1", ends.get(0))
                .answered(List.of(APPLIED))
                .changed(
                        """
                        - queue:other | entry other#1 d=RUN 1 s:left\\x1fo:root
                        - queue:other | pending workers other#1 of w1, delivered 1
                        - run:RUN | s:left = READY 1@other#1
                        + run:RUN | $end = PENDING 1
                        + run:RUN | o:left = =2
                        + run:RUN | s:left = SUCCEEDED 1@other#1 w=w1 to=TIME ms=15
                        """);
        stage.commit("w1", ends.get(0)).answered(List.of(ALREADY)).changedNothing();
        assertThat(stage.head(run)).startsWith("RUNNING ");

        stage.commit("w1", ends.get(1))
                .answered(List.of(APPLIED))
                .changed(
                        """
                        + completed | zset
                        + completed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - queue:other | entry other#2 d=RUN 1 s:right\\x1fo:root
                        - queue:other | pending workers other#2 of w1, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:right = READY 1@other#2
                        + run:RUN | finished = TIME
                        + run:RUN | head = COMPLETED HASH
                        + run:RUN | o:right = =2
                        + run:RUN | s:right = SUCCEEDED 1@other#2 w=w1 to=TIME ms=15
                        """);
    }

    @Test
    void a_copy_of_the_entry_does_not_commit_and_only_the_copy_is_removed() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        Commit success = stage.success(begun, "1");
        String copy = stage.duplicate(begun);
        Begun forged =
                new Begun(
                        begun.queue(),
                        copy,
                        begun.entry(),
                        begun.head(),
                        begun.ledgers(),
                        List.of());

        stage.commit("w2", stage.success(forged, "2"))
                .answered(List.of(STALE))
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN 1 s:first
                        """);

        stage.commit("w1", success).answered(List.of(APPLIED));
        stage.commit("w2", stage.success(forged, "2")).answered(List.of(STALE)).changedNothing();
    }

    @Test
    void another_number_or_other_ledgers_do_not_commit() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        Commit stale = stage.success(begun, "1");
        stage.run(handBack(begun));
        Begun second = stage.takeOne("w2", "work");

        stage.commit("w1", stale).answered(List.of(STALE)).changedNothing();

        Begun forgetful =
                new Begun(
                        second.queue(),
                        second.entryId(),
                        second.entry(),
                        second.head(),
                        Ledgers.NONE,
                        List.of());
        stage.commit("w2", stage.success(forgetful, "1")).answered(List.of(STALE));
        assertThat(stage.stored(run, "first")).isEqualTo(second.stored());
    }

    @Test
    void a_step_in_another_state_does_not_commit() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        Commit late = stage.success(begun, "1");
        stage.kill(begun);

        stage.commit("w1", late).answered(List.of(STALE)).changedNothing();
    }

    @Test
    void a_closed_run_keeps_nothing_of_a_late_success() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.cancellation(run));

        stage.commit("w1", stage.success(begun, "1"))
                .answered(List.of(RUN_CLOSED))
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);
    }

    @Test
    void a_run_that_is_gone_takes_its_entries_along() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commands().del(stage.keys().run(run));

        stage.commit("w1", stage.success(begun, "1"))
                .answered(List.of(GONE))
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);
    }

    @Test
    void a_large_output_is_kept_beside_the_run() {
        stage.started(Flows.PAIR);
        String output = "\"" + "y".repeat(5_000) + "\"";

        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), output))
                .answered(List.of(APPLIED));

        RedisState state = stage.state();
        assertThat(state.get("run:RUN")).contains("o:first = @");
        assertThat(state.get("blob:RUN:o:first")).isEqualTo("string\n" + output);
    }

    @Test
    void large_and_small_outputs_in_one_call_find_their_places() {
        stage.started(Flows.JOIN);
        List<Begun> begun = stage.take("w1", "work");
        String first = "\"" + "1".repeat(4_200) + "\"";
        String third = "\"" + "3".repeat(4_300) + "\"";

        stage.commit(
                "w1",
                stage.success(begun.get(0), first),
                stage.success(begun.get(1), "2"),
                stage.success(begun.get(2), third));

        RedisState state = stage.state();
        assertThat(state.get("blob:RUN:o:a")).isEqualTo("string\n" + first);
        assertThat(state.get("blob:RUN:o:b")).isEqualTo("none");
        assertThat(state.get("blob:RUN:o:c")).isEqualTo("string\n" + third);
        assertThat(state.get("run:RUN")).contains("o:b = =2");
    }

    @Test
    void successes_beside_a_dead_step_ring_once_for_whoever_settles_the_run() {
        stage.dead(Flows.JOIN);
        List<Begun> others = stage.take("w1", "work");

        stage.commit("w1", stage.success(others.get(0), "1"), stage.success(others.get(1), "2"))
                .answered(List.of(APPLIED, APPLIED))
                .changed(
                        """
                        - inbox | last inbox#2
                        + inbox | last inbox#3
                        + inbox | entry inbox#3 settle=RUN
                        - queue:work | entry work#2 d=RUN 1 s:b
                        - queue:work | entry work#3 d=RUN 1 s:c
                        - queue:work | pending workers work#2 of w1, delivered 1
                        - queue:work | pending workers work#3 of w1, delivered 1
                        - run:RUN | s:b = READY 1@work#2
                        - run:RUN | s:c = READY 1@work#3
                        + run:RUN | o:b = =1
                        + run:RUN | o:c = =2
                        + run:RUN | s:all = PENDING 1
                        + run:RUN | s:b = SUCCEEDED 1@work#2 w=w1 to=TIME ms=15
                        + run:RUN | s:c = SUCCEEDED 1@work#3 w=w1 to=TIME ms=15
                        """);
    }

    @Test
    void a_success_after_a_redrive_removes_the_dead_letter() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.redrive(run, "first"));
        Begun again = stage.takeOne("w2", "work");

        stage.commit("w2", stage.success(again, "1", stage.step(run, "first").letterId()))
                .answered(List.of(APPLIED))
                .changed(REDRIVEN_SUCCESS);
    }

    @Test
    void a_step_whose_name_has_blanks_succeeds_after_a_redrive() {
        RunId run = stage.dead(Flows.ODD_NAMES);
        String step = "two words - {x}";
        stage.run(stage.redrive(run, step));
        Begun again = stage.takeOne("w2", "work");

        stage.commit("w2", stage.success(again, "1", stage.step(run, step).letterId()))
                .answered(List.of(APPLIED));

        assertThat(stage.state().get("letters")).isEqualTo("none");
        assertThat(stage.takeOne("w2", "other").inputs()).hasSize(1);
    }

    @Test
    void a_run_of_another_type_stops_a_call_between_two_items() {
        RunId first = stage.started(Flows.SINGLE);
        RunId broken = stage.started(Flows.SINGLE);
        RunId last = stage.started(Flows.SINGLE);
        List<Commit> items =
                stage.take("w1", "work").stream().map(b -> stage.success(b, "1")).toList();
        stage.commands().set(stage.keys().run(broken), Stage.NO_STREAM);

        assertThatThrownBy(() -> stage.commit("w1", items.toArray(Commit[]::new)))
                .isInstanceOf(RedisCommandExecutionException.class);

        assertThat(stage.head(first)).startsWith("COMPLETED ");
        assertThat(stage.head(last)).startsWith("RUNNING ");
        stage.commands().del(stage.keys().run(broken));
        stage.commit("w1", items.toArray(Commit[]::new)).answered(List.of(ALREADY, GONE, APPLIED));
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
    }

    @Test
    void an_item_that_fails_is_not_half_written_and_the_others_are_whole_or_untouched() {
        RunId single = stage.started(Flows.SINGLE);
        RunId pair = stage.started(Flows.PAIR);
        RunId last = stage.started(Flows.SINGLE);
        List<Commit> items =
                stage.take("w1", "work").stream().map(b -> stage.success(b, "1")).toList();
        stage.damage("other");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.commit("w1", items.toArray(Commit[]::new)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");

        assertThat(stage.state().get("run:RUN2")).isEqualTo(before.get("run:RUN2"));
        // Items of one step go together, before or after those of another.
        Result others = stage.head(single).startsWith("COMPLETED ") ? ALREADY : APPLIED;

        stage.commit("w1", items.get(0)).answered(List.of(others));
        assertThatThrownBy(() -> stage.commit("w1", items.get(1))).hasMessageContaining("WRONG");
        stage.commit("w1", items.get(2)).answered(List.of(others));
        assertThat(stage.head(last)).startsWith("COMPLETED ");
        assertThat(stage.stored(pair, "first")).startsWith("READY 1@");

        stage.commands().del(stage.keys().queue("other"));
        stage.commit("w1", items.get(1)).answered(List.of(APPLIED));
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
    }

    private HandBackStep handBack(Begun begun) {
        return HandBackStepIT.handBack(stage, begun);
    }
}
