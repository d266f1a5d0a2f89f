package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.RedisFutures;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReaperTickIT extends OnStage {

    private static final Duration GAP = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(25);

    @Test
    void the_first_look_gives_every_lease_its_time() {
        Stage.Act<Duration> first = tick();

        assertThat(first.outcome()).isEqualTo(GRACE);
        first.changed(
                """
                + reaper | hash
                + reaper | grace_until = TIME
                + reaper | lease_millis = 25000
                + reaper | server = THIS
                + reaper | tick = TIME
                """);
    }

    @Test
    void further_looks_do_not_prolong_the_grace() {
        tick();

        assertThat(tick().outcome()).isLessThanOrEqualTo(GRACE);
        graceUntil(1);
        assertThat(tick().outcome()).isZero();
    }

    @Test
    void another_server_a_gap_and_a_clock_set_back_give_it_again() {
        tick();
        graceUntil(1);
        stage.commands().hset(stage.keys().reaper(), Map.of("server", "another"));
        assertThat(tick().outcome()).isEqualTo(GRACE);

        graceUntil(1);
        lookedAt(stage.nowMillis() - 60_000);
        assertThat(tick().outcome()).isEqualTo(GRACE);

        graceUntil(1);
        lookedAt(stage.nowMillis() + 60_000);
        assertThat(tick().outcome()).isEqualTo(GRACE);
    }

    @Test
    void workers_of_short_leases_get_time_to_find_another_server() {
        Duration lease = Duration.ofMillis(500);
        tick(lease);
        stage.commands().hset(stage.keys().reaper(), Map.of("server", "another"));

        assertThat(tick(lease).outcome()).isEqualTo(Duration.ofSeconds(5));
    }

    private void graceUntil(long millis) {
        stage.commands().hset(stage.keys().reaper(), Map.of("grace_until", "" + millis));
    }

    private void lookedAt(long millis) {
        stage.commands().hset(stage.keys().reaper(), Map.of("tick", "" + millis));
    }

    private Stage.Act<Duration> tick() {
        return tick(GRACE);
    }

    private Stage.Act<Duration> tick(Duration lease) {
        ReaperTick tick = new ReaperTick(stage.keys(), GAP, lease);
        return stage.act(
                Script.REAPER_TICK,
                () -> RedisFutures.join(tick.runAsync(stage.redis().scripts())));
    }
}
