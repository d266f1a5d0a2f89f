package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PauseRunIT extends OnStage {

    @Test
    @Covers(runs = RunTransition.PAUSE)
    void a_running_run_is_paused_with_who_and_why() {
        RunId run = stage.started(Flows.PAIR);

        stage.run(stage.pause(run))
                .answered(PauseRun.Outcome.PAUSED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME PAUSED {}
                        - run:RUN | head = RUNNING HASH
                        + run:RUN | head = PAUSED HASH
                        + run:RUN | paused = TIME {"by":"ada","reason":""}
                        """);
        stage.run(stage.pause(run)).answered(PauseRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.PAUSE_SUBMITTED)
    void a_submitted_run_does_not_start_while_it_is_paused() {
        RunId run = stage.submitted(Flows.PAIR);
        stage.run(stage.pause(run)).answered(PauseRun.Outcome.PAUSED);

        stage.run(stage.start(run)).answered(StartRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    void a_run_that_is_over_or_gone_is_not_paused() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        stage.run(stage.pause(run)).answered(PauseRun.Outcome.CLOSED).changedNothing();

        stage.commands().del(stage.keys().run(run));
        stage.run(stage.pause(run)).answered(PauseRun.Outcome.GONE).changedNothing();
    }

    @Test
    void what_a_worker_executes_is_committed_and_its_successor_is_ready_without_an_entry() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));

        stage.commit("w1", stage.success(begun, "1"))
                .answered(List.of(Result.APPLIED))
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | o:first = =1
                        + run:RUN | s:first = SUCCEEDED 1@work#1 w=w1 to=TIME ms=15
                        + run:RUN | s:second = READY 1@0-0
                        """);
    }

    @Test
    @Covers(runs = RunTransition.COMPLETE_PAUSED)
    void a_paused_run_completes_with_its_last_step() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));

        stage.commit("w1", stage.success(begun, "1")).answered(List.of(Result.APPLIED));

        assertThat(stage.head(run)).startsWith(RunState.COMPLETED + " ");
        assertThat(stage.commands().zscore(stage.keys().openRuns(), run.text())).isNull();
    }

    @Test
    @Covers(runs = RunTransition.CANCEL_PAUSED)
    void a_paused_run_can_be_cancelled() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(stage.pause(run));

        stage.run(stage.cancellation(run)).answered(CancelRun.Outcome.CANCELLED);

        assertThat(stage.head(run)).startsWith(RunState.CANCELLED + " ");
    }

    @Test
    void an_entry_of_a_paused_run_dies_when_a_worker_meets_it() {
        RunId run = stage.started(Flows.SINGLE);
        stage.run(stage.pause(run));

        assertThat(stage.take("w1", "work")).isEmpty();

        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
        assertThat(stage.stored(run, "only")).startsWith("READY 1@");
    }

    @Test
    void a_lease_in_a_paused_run_is_renewed() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));
        Heartbeat.Lease lease =
                new Heartbeat.Lease(
                        stage.step(run, "only"), begun.stored(), begun.entryId(), "w1 since 5");

        stage.act(
                        Script.HEARTBEAT,
                        () ->
                                RedisFutures.join(
                                        new Heartbeat(stage.keys(), "w1", List.of(lease))
                                                .runAsync(stage.redis().scripts())))
                .answered(List.of(Heartbeat.Answer.HELD));
    }

    @Test
    void a_failure_is_recorded_and_its_retry_is_not_announced() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));
        stage.run(stage.failure(begun, new RetryAfter(Duration.ZERO)))
                .answered(FailStep.Outcome.WAITING);

        String waiting = stage.stored(run, "only");
        stage.run(new RetryStep(stage.keys(), stage.step(run, "only"), waiting, List.of()))
                .answered(RetryStep.Outcome.PUBLISHED);

        assertThat(stage.stored(run, "only")).isEqualTo("READY 2@0-0 f=1");
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
        stage.run(reconciliation(run)).answered(ReconcileStep.Outcome.PAUSED).changedNothing();
    }

    @Test
    void what_a_worker_hands_back_is_not_announced() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));

        stage.run(HandBackStepIT.handBack(stage, begun)).answered(HandBackStep.Outcome.PUBLISHED);

        assertThat(stage.stored(run, "only")).isEqualTo("READY 2@0-0 r=1");
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
    }

    @Test
    void a_crash_in_a_paused_run_is_charged_and_the_step_is_not_announced() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));
        stage.age(begun, "w1", Duration.ofMinutes(1));
        stage.looked();
        QueueEntry entry = QueueEntry.parse(begun.entry());
        ReapStep reap =
                new ReapStep(
                        stage.keys(),
                        stage.step(run, "only"),
                        "w1",
                        begun.stored(),
                        entry.announcement(),
                        new ReapStep.Limits(
                                Duration.ofSeconds(25),
                                Duration.ofSeconds(25),
                                Duration.ofMinutes(1)),
                        new ReapStep.Crash.Again(),
                        HistoryEvent.record(HistoryEvent.CRASHED, Map.of()),
                        HistoryEvent.record(HistoryEvent.REDELIVERED, Map.of()));

        stage.run(reap).answered(ReapStep.Outcome.CRASHED);

        assertThat(stage.stored(run, "only")).isEqualTo("READY 2@0-0 c=1");
        assertThat(stage.commands().xlen(stage.keys().queue("work"))).isZero();
    }

    @Test
    void a_redriven_step_of_a_paused_run_is_not_announced() {
        RunId run = stage.started(Flows.JOIN);
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(stage.pause(run));

        stage.run(stage.redrive(run, "a")).answered(RedriveStep.Outcome.PUBLISHED);

        assertThat(stage.head(run)).startsWith(RunState.PAUSED + " ");
        assertThat(stage.stored(run, "a")).startsWith("READY 2@0-0 f=1 fb=1 dlq=");
    }

    private ReconcileStep reconciliation(RunId run) {
        return new ReconcileStep(
                stage.keys(),
                stage.step(run, "only"),
                stage.stored(run, "only"),
                List.of(),
                HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of()));
    }
}
