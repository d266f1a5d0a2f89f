package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a process writes when it comes, and the timers that are no run's state. */
class AppearingIT extends OnStage {

    @Test
    void a_group_is_created_with_its_stream_and_only_once() {
        stage.run(group("new"))
                .answered(CreateGroup.Outcome.CREATED)
                .changed(
                        """
                        + queue:new | stream
                        + queue:new | last 0-0
                        + queue:new | group workers at 0-0
                        """);
        stage.run(group("new")).answered(CreateGroup.Outcome.ALREADY).changedNothing();
    }

    @Test
    void a_key_of_another_kind_gets_no_group() {
        stage.commands().zadd(stage.keys().timers(), 1, "timer");
        CreateGroup odd = new CreateGroup(stage.keys().timers(), "workers", "0");
        assertThatThrownBy(() -> odd.run(stage.redis().scripts()))
                .hasMessageStartingWith("WRONGTYPE");
    }

    @Test
    void what_a_stream_held_before_its_group_goes() {
        String queue = stage.keys().queue("fresh");
        stage.commands().xadd(queue, Map.of("step", "of a run that was cancelled"));
        stage.run(group("fresh")).answered(CreateGroup.Outcome.CREATED);
        assertThat(stage.commands().xlen(queue)).isZero();

        stage.commands().xadd(queue, Map.of("step", "to be delivered"));
        stage.run(group("fresh")).answered(CreateGroup.Outcome.ALREADY).changedNothing();
        assertThat(stage.commands().xlen(queue)).isEqualTo(1);
    }

    @Test
    void a_worker_is_described_by_its_latest_record() {
        stage.run(new RegisterWorker(stage.keys(), "w1", Bytes.of("{}"), 5, List.of("a", "b")))
                .answered(RegisterWorker.Outcome.REGISTERED)
                .changed(
                        """
                        + handlers | hash
                        + handlers | a = 5
                        + handlers | b = 5
                        + worker-records | hash
                        + worker-records | w1 = {}
                        + workers | zset
                        + workers | TIME w1
                        """);
    }

    @Test
    void a_worker_that_describes_itself_again_has_not_beaten() {
        stage.beat("w1", Duration.ofMinutes(5));
        stage.run(new RegisterWorker(stage.keys(), "w1", Bytes.of("{}"), 5, List.of("a")))
                .answered(RegisterWorker.Outcome.REGISTERED)
                .changed(
                        """
                        + handlers | hash
                        + handlers | a = 5
                        + worker-records | hash
                        + worker-records | w1 = {}
                        """);
    }

    @Test
    void a_queue_is_listed_once() {
        ListQueue list = new ListQueue(stage.keys(), "work:solo");
        stage.run(list)
                .answered(ListQueue.Outcome.LISTED)
                .changed(
                        """
                        + queues | set
                        + queues | work:solo
                        """);
        stage.run(list).answered(ListQueue.Outcome.ALREADY).changedNothing();
    }

    @Test
    void a_role_shows_itself_and_forgets_the_long_silent() {
        stage.commands().zadd(stage.keys().roleBeats(), 1, "reaper-old");
        stage.run(new BeatRole(stage.keys(), "reaper-new", Duration.ofHours(1)))
                .answered(BeatRole.Outcome.SHOWN)
                .changed(
                        """
                        - roles | 1 reaper-old
                        + roles | TIME reaper-new
                        """);
    }

    @Test
    void a_timer_is_set_where_it_is_missing_and_only_moved_to_a_later_time() {
        stage.run(timer(50, SetTimer.Only.LATER)).answered(SetTimer.Outcome.KEPT).changedNothing();
        stage.run(timer(50, SetTimer.Only.MISSING))
                .answered(SetTimer.Outcome.SET)
                .changed(
                        """
                        + timers | zset
                        + timers | 50 timer
                        """);
        stage.run(timer(60, SetTimer.Only.MISSING))
                .answered(SetTimer.Outcome.KEPT)
                .changedNothing();
        stage.run(timer(40, SetTimer.Only.LATER)).answered(SetTimer.Outcome.KEPT).changedNothing();
        stage.run(timer(60, SetTimer.Only.LATER))
                .answered(SetTimer.Outcome.SET)
                .changed(
                        """
                        - timers | 50 timer
                        + timers | 60 timer
                        """);
    }

    private SetTimer timer(long due, SetTimer.Only only) {
        return new SetTimer(stage.keys(), "timer", due, only);
    }

    private CreateGroup group(String queue) {
        return new CreateGroup(stage.keys().queue(queue), "workers", CreateGroup.FROM_THE_END);
    }
}
