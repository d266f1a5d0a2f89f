package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.state.StepTransition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParkedStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.PARK)
    void a_step_that_may_not_pass_is_put_aside_and_charged_nothing() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(park(begun))
                .answered(ParkStep.Outcome.PARKED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME PARKED {"step":"first"}
                        + parked-dependencies | set
                        + parked-dependencies | api
                        + parked:api | zset
                        + parked:api | 9000000000001 RUN first
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        """);
        stage.run(park(begun)).answered(ParkStep.Outcome.ALREADY).changedNothing();
    }

    @Test
    @Covers(steps = StepTransition.RELEASE)
    void a_parked_step_is_published_with_its_pass_and_keeps_its_place() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        ReleaseStep release = release(run, stage.stored(run, "first"), 77);

        stage.run(release)
                .answered(ReleaseStep.Outcome.PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME RELEASED {"step":"first"}
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN first
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        + run:RUN | s:first = READY 2@work#2 r=1 at=9000000000001 pass=77
                        """);
        stage.run(release).answered(ReleaseStep.Outcome.STALE).changedNothing();

        stage.run(park(stage.takeOne("w2", "work")));
        assertThat(stage.stored(run, "first"))
                .as("parked again where it was")
                .endsWith(" r=1 at=9000000000001");
        assertThat(stage.commands().zscore(stage.keys().parked("api"), run.text() + " first"))
                .isEqualTo(9_000_000_000_001.0);
    }

    @Test
    void a_step_that_is_probed_for_long_moves_on_without_a_longer_history() {
        RunId run = stage.started(Flows.PAIR);
        NoteEventIT.fill(stage, run);
        stage.run(park(stage.takeOne("w1", "work")))
                .answered(ParkStep.Outcome.PARKED)
                .changed(
                        """
                        + parked-dependencies | set
                        + parked-dependencies | api
                        + parked:api | zset
                        + parked:api | 9000000000001 RUN first
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        """);
        stage.run(release(run, stage.stored(run, "first"), 77))
                .answered(ReleaseStep.Outcome.PUBLISHED)
                .changed(
                        """
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN first
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        + run:RUN | s:first = READY 2@work#2 r=1 at=9000000000001 pass=77
                        """);
    }

    @Test
    void a_reported_step_is_not_parked_and_a_closed_run_leaves_the_list() {
        stage.started(Flows.PAIR);
        Begun reported = stage.takeOne("w1", "work");
        stage.commit("w1", stage.success(reported, "1"));
        stage.run(park(reported)).answered(ParkStep.Outcome.ALREADY).changedNothing();

        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        String stored = stage.stored(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(release(run, stored, 77))
                .answered(ReleaseStep.Outcome.RUN_CLOSED)
                .changed(
                        """
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN2 first
                        """);
    }

    @Test
    void a_release_by_somebody_who_looked_earlier_keeps_the_step_on_the_list() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        String earlier = stage.stored(run, "first");
        stage.run(release(run, earlier, 77));
        stage.run(park(stage.takeOne("w1", "work")));

        stage.run(release(run, earlier, 78)).answered(ReleaseStep.Outcome.STALE).changedNothing();
    }

    @Test
    void a_release_in_a_paused_run_announces_nothing_and_says_so() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        stage.run(new PauseRun(stage.keys(), run, "{}", "PAUSED {}"))
                .answered(PauseRun.Outcome.PAUSED);

        stage.run(release(run, stage.stored(run, "first"), 77))
                .answered(ReleaseStep.Outcome.HELD_UP)
                .changed(
                        """
                        + history:RUN | TIME RELEASED {"step":"first"}
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN first
                        - run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        + run:RUN | s:first = READY 2@0-0 r=1 at=9000000000001 pass=77
                        """);
    }

    @Test
    void a_run_with_a_dead_step_and_a_parked_one_goes_on() {
        RunId run = stage.started(Flows.JOIN);
        List<Begun> begun = stage.take("w1", "work");
        stage.kill(begun.get(0));
        stage.kill(begun.get(1));
        stage.run(park(begun.get(2)));

        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.MOVING).changedNothing();
    }

    @Test
    void a_parked_step_that_fell_off_the_list_is_listed_again_where_it_was() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        String stored = stage.stored(run, "first");
        ListParked list = new ListParked(stage.keys(), stage.step(run, "first"), stored, "api");
        stage.run(list).answered(ListParked.Outcome.ALREADY).changedNothing();

        stage.commands().del(stage.keys().parked("api"), stage.keys().parkedDependencies());
        stage.run(list)
                .answered(ListParked.Outcome.LISTED)
                .changed(
                        """
                        + parked-dependencies | set
                        + parked-dependencies | api
                        + parked:api | zset
                        + parked:api | 9000000000001 RUN first
                        """);
    }

    @Test
    void a_step_that_was_let_go_since_somebody_looked_is_not_listed_again() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        String earlier = stage.stored(run, "first");
        stage.run(release(run, earlier, 77)).answered(ReleaseStep.Outcome.PUBLISHED);

        stage.run(new ListParked(stage.keys(), stage.step(run, "first"), earlier, "api"))
                .answered(ListParked.Outcome.STALE)
                .changedNothing();
    }

    @Test
    void a_dependency_leaves_its_list_only_when_nothing_is_parked() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(park(stage.takeOne("w1", "work")));
        stage.run(new UnlistParked(stage.keys(), "", "api"))
                .answered(UnlistParked.Outcome.UNLISTED)
                .changedNothing();
        stage.commands().zadd(stage.keys().parked("api"), 1, "garbled");
        stage.run(new UnlistParked(stage.keys(), "garbled", "api"))
                .changed("- parked:api | 1 garbled\n");

        stage.run(new UnlistParked(stage.keys(), run.text() + " first", "api"))
                .changed(
                        """
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN first
                        """);
        stage.commands().sadd(stage.keys().parkedDependencies(), "api");
        stage.run(new UnlistParked(stage.keys(), "", "api"))
                .changed(
                        """
                        - parked-dependencies | set
                        - parked-dependencies | api
                        """);
    }

    private ParkStep park(Begun begun) {
        return park(stage, begun);
    }

    static ParkStep park(Stage stage, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        return new ParkStep(
                stage.keys(),
                "w1",
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                begun.stored(),
                "api",
                HistoryEvent.record(HistoryEvent.PARKED, Map.of("step", entry.step())));
    }

    private ReleaseStep release(RunId run, String expected, long pass) {
        return release(stage, run, expected, pass);
    }

    static ReleaseStep release(Stage stage, RunId run, String expected, long pass) {
        return new ReleaseStep(
                stage.keys(),
                stage.step(run, "first"),
                expected,
                List.of(),
                "api",
                pass,
                HistoryEvent.record(HistoryEvent.RELEASED, Map.of("step", "first")));
    }
}
