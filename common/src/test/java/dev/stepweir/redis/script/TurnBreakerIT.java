package dev.stepweir.redis.script;

import static dev.stepweir.breaker.BreakerState.CLOSED;
import static dev.stepweir.breaker.BreakerState.FORCED_OPEN;
import static dev.stepweir.breaker.BreakerState.HALF_OPEN;
import static dev.stepweir.breaker.BreakerState.OPEN;
import static dev.stepweir.breaker.BreakerState.RAMPING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerReads;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.TurnBreaker.Event;
import dev.stepweir.redis.script.TurnBreaker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnBreakerIT extends OnStage {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    @DisplayName("S3-06: CLOSED, OPEN, HALF_OPEN: five failures in succession open a breaker")
    void five_failures_in_succession_open_it() {
        for (int i = 1; i <= 4; i++) {
            tell(Event.FAIL, 0).answered(Outcome.CHANGED);
            assertThat(breaker().state()).isEqualTo(CLOSED);
            assertThat(breaker().failures()).isEqualTo(i);
        }
        tell(Event.FAIL, 0).answered(Outcome.CHANGED);

        assertThat(breaker().state()).isEqualTo(OPEN);
        assertThat(breaker().retryAtMillis() - breaker().sinceMillis()).isEqualTo(60_000);
        assertThat(breaker().why()).isEqualTo("why");
        tell(Event.FAIL, 0).answered(Outcome.UNCHANGED).changedNothing();
        tell(Event.SUCCEED, 0).answered(Outcome.UNCHANGED).changedNothing();
    }

    @Test
    void a_success_forgets_the_failures_before_it() {
        for (int i = 1; i <= 4; i++) {
            tell(Event.FAIL, 0);
        }
        tell(Event.SUCCEED, 0).answered(Outcome.CHANGED);
        assertThat(stored()).isEmpty();
        tell(Event.SUCCEED, 0).answered(Outcome.UNCHANGED);
        for (int i = 1; i <= 4; i++) {
            tell(Event.FAIL, 0);
        }
        assertThat(breaker().state()).isEqualTo(CLOSED);
    }

    @Test
    @DisplayName("S3-08, U1: (a) of all who want to let a probe through one does")
    void only_one_of_several_lets_a_probe_through() {
        long epoch = opened();

        tell(Event.ADMIT_PROBE, epoch).answered(Outcome.CHANGED);
        tell(Event.ADMIT_PROBE, epoch).answered(Outcome.STALE).changedNothing();

        assertThat(breaker().state()).isEqualTo(HALF_OPEN);
        assertThat(breaker().epoch()).isGreaterThan(epoch);
        assertThat(breaker().lets(0)).isFalse();
        assertThat(breaker().lets(breaker().epoch())).isTrue();
    }

    @Test
    void a_probe_is_not_let_through_before_its_time() {
        for (int i = 1; i <= 5; i++) {
            tell(Event.FAIL, 0);
        }

        tell(Event.ADMIT_PROBE, breaker().epoch()).answered(Outcome.STALE).changedNothing();
    }

    @Test
    @DisplayName("U1: (b) never two probes in one half-open cycle")
    void a_probe_that_is_delivered_twice_is_made_once() {
        long epoch = halfOpen();

        told("w1", Event.HOLD_PROBE, epoch).answered(Outcome.CHANGED);
        told("w2", Event.HOLD_PROBE, epoch).answered(Outcome.STALE).changedNothing();
        told("w1", Event.HOLD_PROBE, epoch).answered(Outcome.CHANGED);
    }

    @Test
    @DisplayName("U1: (c) the probe's token is renewed like a lease")
    void a_probe_that_is_heard_of_does_not_lapse() {
        long epoch = halfOpen();
        expireProbe();
        told("w1", Event.HOLD_PROBE, epoch).answered(Outcome.CHANGED);

        tell(Event.LAPSE_PROBE, epoch).answered(Outcome.STALE).changedNothing();
        assertThat(breaker().state()).isEqualTo(HALF_OPEN);
    }

    @Test
    @DisplayName("U1: (d) a cancelled or crashed probe returns to open")
    void a_lost_probe_opens_it_again_and_the_next_one_soon_follows() {
        long crashed = halfOpen();
        expireProbe();
        tell(Event.LAPSE_PROBE, crashed).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(OPEN);
        told("w1", Event.HOLD_PROBE, crashed).answered(Outcome.STALE);
        tell(Event.SUCCEED, crashed).answered(Outcome.UNCHANGED);
        tell(Event.FAIL, crashed).answered(Outcome.UNCHANGED);

        tell(Event.ADMIT_PROBE, breaker().epoch()).answered(Outcome.CHANGED);
        long cancelled = breaker().epoch();
        tell(Event.GIVE_UP_PROBE, cancelled).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(OPEN);
        tell(Event.GIVE_UP_PROBE, cancelled).answered(Outcome.STALE).changedNothing();
        assertThat(breaker().retryAtMillis() - breaker().sinceMillis()).isEqualTo(1_000);
        due();
        tell(Event.ADMIT_PROBE, breaker().epoch()).answered(Outcome.CHANGED);
        assertThat(breaker().probes()).isEqualTo(3);
    }

    @Test
    @DisplayName("S3-09: success closes, failure re-opens")
    void what_a_probe_ends_with_decides() {
        long failed = halfOpen();
        tell(Event.FAIL, failed).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(OPEN);
        assertThat(breaker().retryAtMillis() - breaker().sinceMillis()).isEqualTo(60_000);

        due();
        tell(Event.ADMIT_PROBE, breaker().epoch());
        tell(Event.SUCCEED, breaker().epoch()).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(RAMPING);
        tell(Event.DRAINED, breaker().epoch()).answered(Outcome.CHANGED);
        assertThat(stored()).isEmpty();
    }

    @Test
    void each_wave_is_let_through_once_and_a_failure_in_it_opens_again() {
        tell(Event.SUCCEED, halfOpen());
        long epoch = breaker().epoch();
        wave(epoch, 0).answered(Outcome.CHANGED);
        wave(epoch, 0).answered(Outcome.STALE).changedNothing();
        wave(epoch, 1).answered(Outcome.CHANGED);
        assertThat(breaker().wave()).isEqualTo(2);

        tell(Event.FAIL, 0).answered(Outcome.UNCHANGED);
        tell(Event.FAIL, epoch).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(OPEN);
        wave(epoch, 2).answered(Outcome.STALE);
        tell(Event.DRAINED, epoch).answered(Outcome.STALE);
    }

    @Test
    @DisplayName("U1: (f) five failures in an hour open the breaker of a quiet dependency")
    void failures_count_however_long_apart() {
        for (int i = 1; i <= 4; i++) {
            tell(Event.FAIL, 0);
            age(15 * 60_000);
        }
        tell(Event.FAIL, 0);

        assertThat(breaker().state()).isEqualTo(OPEN);
    }

    @Test
    @DisplayName("U1: (g) dynamic keys have a count limit and expire when idle")
    void names_out_of_data_do_not_fill_redis() {
        for (int i = 0; i < TurnBreaker.MOST; i++) {
            stage.commands().hset(stage.keys().breakers(), "webhook:customer-" + i, "{}");
        }
        tell(Event.FAIL, 0).answered(Outcome.FULL).changedNothing();
        tell(Event.FORCE_OPEN, 0).answered(Outcome.FULL).changedNothing();
        for (Event none : List.of(Event.RESET, Event.CLOSE, Event.SUCCEED)) {
            tell(none, 0).answered(Outcome.UNCHANGED).changedNothing();
        }

        stage.commands().del(stage.keys().breakers());
        tell(Event.FAIL, 0).answered(Outcome.CHANGED);
        tell(Event.EXPIRE, breaker().epoch()).answered(Outcome.STALE).changedNothing();
        age(60_000);
        tell(Event.EXPIRE, breaker().epoch()).answered(Outcome.CHANGED);
        assertThat(stored()).isEmpty();
    }

    @Test
    void an_operator_holds_it_open_closes_it_in_waves_and_resets_it() {
        told("ann", Event.FORCE_OPEN, 0).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(FORCED_OPEN);
        assertThat(breaker().by()).isEqualTo("ann");
        told("ann", Event.FORCE_OPEN, 0).answered(Outcome.UNCHANGED);
        tell(Event.ADMIT_PROBE, breaker().epoch()).answered(Outcome.STALE);
        tell(Event.TRIP, 0).answered(Outcome.UNCHANGED);

        tell(Event.CLOSE, 0).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(RAMPING);
        tell(Event.CLOSE, 0).answered(Outcome.UNCHANGED);
        tell(Event.RESET, 0).answered(Outcome.CHANGED);
        tell(Event.RESET, 0).answered(Outcome.UNCHANGED);
        tell(Event.CLOSE, 0).answered(Outcome.UNCHANGED);
        assertThat(stored()).isEmpty();
    }

    @Test
    void a_worker_whose_calls_fail_too_often_opens_it() {
        tell(Event.TRIP, 0).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(OPEN);
        tell(Event.TRIP, 0).answered(Outcome.UNCHANGED).changedNothing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "null", "5", "\"x\"", "[]", "{}", "{\"state\":7}"})
    void what_is_no_breaker_is_a_closed_one(String foreign) {
        stage.commands().hset(stage.keys().breakers(), "api", foreign);
        for (int i = 1; i <= 5; i++) {
            tell(Event.FAIL, 0).answered(Outcome.CHANGED);
        }
        assertThat(breaker().state()).isEqualTo(OPEN);

        stage.commands().hset(stage.keys().breakers(), "api", foreign);
        told("ann", Event.FORCE_OPEN, 0).answered(Outcome.CHANGED);
        assertThat(breaker().state()).isEqualTo(FORCED_OPEN);

        stage.commands().hset(stage.keys().breakers(), "api", foreign);
        tell(Event.RESET, 0).answered(Outcome.CHANGED);
        assertThat(stored()).isEmpty();
    }

    private long opened() {
        for (int i = 1; i <= 5; i++) {
            tell(Event.FAIL, 0);
        }
        due();
        return breaker().epoch();
    }

    private long halfOpen() {
        tell(Event.ADMIT_PROBE, opened());
        return breaker().epoch();
    }

    private void due() {
        assertThat(breaker().state()).isEqualTo(BreakerState.OPEN);
        edit("\"retry_at\":\\d+", "\"retry_at\":1");
    }

    private void expireProbe() {
        edit("\"probe_until\":\\d+", "\"probe_until\":1");
    }

    private void age(long millis) {
        edit("\"since\":\\d+", "\"since\":" + (breaker().sinceMillis() - millis));
    }

    private void edit(String pattern, String replacement) {
        String json = stage.commands().hget(stage.keys().breakers(), "api");
        stage.commands()
                .hset(stage.keys().breakers(), "api", json.replaceAll(pattern, replacement));
    }

    private Map<String, Breaker> stored() {
        return RedisFutures.join(BreakerReads.all(stage.redis(), stage.keys()));
    }

    private Breaker breaker() {
        return stored().getOrDefault("api", Breaker.closed("api"));
    }

    private Stage.Act<Outcome> tell(Event event, long epoch) {
        return told("w1", event, epoch);
    }

    private Stage.Act<Outcome> wave(long epoch, int wave) {
        return stage.run(turn("w1", Event.WAVE, epoch, wave));
    }

    private Stage.Act<Outcome> told(String by, Event event, long epoch) {
        return stage.run(turn(by, event, epoch, 5));
    }

    private TurnBreaker turn(String by, Event event, long epoch, int count) {
        return new TurnBreaker(stage.keys(), "api", event, epoch, count, MINUTE, by, "why");
    }
}
