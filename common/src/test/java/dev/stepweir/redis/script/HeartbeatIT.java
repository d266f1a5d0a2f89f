package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.Heartbeat.Answer.HELD;
import static dev.stepweir.redis.script.Heartbeat.Answer.LOST;
import static dev.stepweir.redis.script.Heartbeat.Answer.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeartbeatIT extends OnStage {

    @Test
    void a_worker_without_leases_shows_that_it_lives() {
        beat("w1")
                .answered(List.of())
                .changed(
                        """
                        + workers | zset
                        + workers | TIME w1
                        """);
    }

    @Test
    void a_held_lease_is_renewed_without_counting_as_a_delivery() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.age(begun, "w1", Duration.ofMinutes(1));

        beat("w1", begun)
                .answered(List.of(HELD))
                .changed(
                        """
                        + run:RUN | b:first = w1 since 5
                        + workers | zset
                        + workers | TIME w1
                        """);

        PendingMessage pending = pending("work").getFirst();
        assertThat(pending.getMsSinceLastDelivery()).isLessThan(30_000);
        assertThat(pending.getRedeliveryCount()).isEqualTo(1);
    }

    @Test
    void a_late_beat_does_not_take_the_entry_back_from_its_new_owner() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.age(begun, "w2", Duration.ofMinutes(1));

        beat("w1", begun)
                .answered(List.of(LOST))
                .changed(
                        """
                        + workers | zset
                        + workers | TIME w1
                        """);

        PendingMessage pending = pending("work").getFirst();
        assertThat(pending.getConsumer()).isEqualTo("w2");
        assertThat(pending.getMsSinceLastDelivery()).isGreaterThan(30_000);
    }

    @Test
    void each_lease_is_answered_by_itself() {
        RunId cancelled = stage.started(Flows.SINGLE);
        stage.started(Flows.SINGLE);
        stage.started(Flows.SINGLE);
        RunId gone = stage.started(Flows.SINGLE);
        List<Begun> begun = stage.take("w1", "work");
        stage.run(stage.cancellation(cancelled));
        stage.run(HandBackStepIT.handBack(stage, begun.get(1)));
        stage.commands().del(stage.keys().run(gone));

        beat("w1", begun.toArray(Begun[]::new))
                .answered(List.of(RUN_CLOSED, LOST, HELD, RUN_CLOSED));
    }

    @Test
    void an_entry_that_is_not_pending_is_not_made_so() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commands().xack(stage.keys().queue("work"), Keys.WORKER_GROUP, begun.entryId());

        beat("w1", begun).answered(List.of(LOST));

        assertThat(pending("work")).isEmpty();
    }

    @Test
    void without_a_group_the_leases_are_lost_and_the_worker_still_lives() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commands().xgroupDestroy(stage.keys().queue("work"), Keys.WORKER_GROUP);

        beat("w1", begun)
                .answered(List.of(LOST))
                .changed(
                        """
                        + workers | zset
                        + workers | TIME w1
                        """);
    }

    @Test
    void a_run_whose_key_holds_something_else_keeps_no_other_lease_from_being_renewed() {
        RunId foreign = stage.started(Flows.SINGLE);
        stage.started(Flows.SINGLE);
        List<Begun> begun = stage.take("w1", "work");
        stage.commands().del(stage.keys().run(foreign));
        stage.commands().set(stage.keys().run(foreign), "no hash");

        assertThat(answers("w1", begun.toArray(Begun[]::new))).containsExactly(LOST, HELD);
    }

    private Stage.Act<List<Heartbeat.Answer>> beat(String worker, Begun... held) {
        return stage.act(Script.HEARTBEAT, () -> answers(worker, held));
    }

    private List<Heartbeat.Answer> answers(String worker, Begun... held) {
        List<Heartbeat.Lease> leases = Stream.of(held).map(b -> lease(worker, b)).toList();
        Heartbeat heartbeat = new Heartbeat(stage.keys(), worker, leases);
        return RedisFutures.join(heartbeat.runAsync(stage.redis().scripts()));
    }

    private static Heartbeat.Lease lease(String worker, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepAddress step = new StepAddress(entry.run(), entry.step(), begun.queue());
        return new Heartbeat.Lease(step, begun.stored(), begun.entryId(), worker + " since 5");
    }

    private List<PendingMessage> pending(String queue) {
        return stage.commands()
                .xpending(
                        stage.keys().queue(queue),
                        Keys.WORKER_GROUP,
                        Range.unbounded(),
                        Limit.from(10));
    }
}
