package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.ClaimKey.Answer;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.KeyClaim;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SharedKeyIT extends OnStage {

    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void a_key_is_claimed_once_and_told_again_to_who_holds_it() {
        KeyClaim first = claim(stage.newRun(Flows.SINGLE));
        KeyClaim second = claim(stage.newRun(Flows.SINGLE));

        Stage.Act<Answer> act = ask(first, "");
        assertThat(act.outcome().outcome()).isEqualTo(ClaimKey.Outcome.CLAIMED);
        act.changed(
                """
                + shared:k:abc | hash (expires)
                + shared:k:abc | claim = RUN 1@1-1 only
                + shared:k:abc | since = TIME
                + shared:k:abc | token = TIME
                """);
        ask(first, "").changedNothing();
        Stage.Act<Answer> held = ask(second, "");
        held.changedNothing();
        assertThat(held.outcome().outcome()).isEqualTo(ClaimKey.Outcome.HELD);
        assertThat(KeyClaim.parse(held.outcome().holder())).isEqualTo(first);
        assertThat(held.outcome().token()).isEqualTo(act.outcome().token());
    }

    @Test
    void only_a_claim_that_was_seen_to_be_over_is_taken_over_and_its_result_is_refused() {
        KeyClaim first = claim(stage.newRun(Flows.SINGLE));
        KeyClaim second = claim(stage.newRun(Flows.SINGLE));
        KeyClaim third = claim(stage.newRun(Flows.SINGLE));
        long token = ask(first, "").outcome().token();

        Answer taken = ask(second, first.text()).outcome();
        assertThat(taken.outcome()).isEqualTo(ClaimKey.Outcome.CLAIMED);
        assertThat(taken.token()).isGreaterThan(token);
        assertThat(ask(third, first.text()).outcome().outcome()).isEqualTo(ClaimKey.Outcome.HELD);
        stage.run(keep(first)).answered(KeepResult.Outcome.LOST).changedNothing();
        stage.run(keep(second))
                .answered(KeepResult.Outcome.KEPT)
                .changed("+ shared:k:abc | result = =7");
        stage.run(keep(second)).answered(KeepResult.Outcome.ALREADY).changedNothing();

        Answer done = ask(third, second.text()).outcome();
        assertThat(done.outcome()).isEqualTo(ClaimKey.Outcome.DONE);
        assertThat(Bytes.text(done.result())).isEqualTo("=7");
    }

    @Test
    void a_result_is_forgotten_when_its_time_is_over() {
        KeyClaim first = claim(stage.newRun(Flows.SINGLE));
        ask(first, "");
        String key = stage.keys().sharedKey("k:abc");
        assertThat(stage.commands().pttl(key)).isGreaterThan(Duration.ofDays(30).toMillis());

        stage.run(keep(first));
        assertThat(stage.commands().pttl(key)).isBetween(1L, DAY.toMillis());
    }

    @Test
    @Covers(steps = StepTransition.DEFER)
    void a_step_that_is_put_off_waits_and_nothing_is_charged() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(deferral(begun))
                .answered(DeferStep.Outcome.WAITING)
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:only
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:only = READY 1@work#1
                        + run:RUN | s:only = WAITING_FOR_RETRY 1@work#1 due=TIME
                        + run:RUN | w:only = 1@work#1 key k
                        + timers | zset
                        + timers | TIME RUN only
                        """);
        stage.run(deferral(begun)).answered(DeferStep.Outcome.ALREADY).changedNothing();
        stage.run(stage.cancellation(run));
        stage.run(deferral(begun)).answered(DeferStep.Outcome.RUN_CLOSED).changedNothing();
    }

    private DeferStep deferral(Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        return new DeferStep(
                stage.keys(),
                "w1",
                stage.step(entry.run(), entry.step()),
                new Dispatch(entry.number(), begun.entryId()),
                begun.stored(),
                Ledgers.NONE,
                Duration.ofSeconds(5),
                "key k");
    }

    private static KeyClaim claim(RunId run) {
        return new KeyClaim(run, new Dispatch(1, "1-1"), "only");
    }

    private Stage.Act<Answer> ask(KeyClaim claim, String over) {
        ClaimKey call = new ClaimKey(stage.keys(), "k:abc", claim, over, Duration.ofDays(31));
        return stage.act(
                Script.CLAIM_KEY, () -> RedisFutures.join(call.runAsync(stage.redis().scripts())));
    }

    private KeepResult keep(KeyClaim claim) {
        return new KeepResult(stage.keys(), "k:abc", claim, Bytes.of("7"), DAY);
    }
}
