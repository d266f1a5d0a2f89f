package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    @Test
    void it_moves_only_by_hand_and_in_all_its_zones() {
        Instant start = Instant.parse("2030-03-01T00:00:00Z");
        ManualClock clock = ManualClock.at(start);
        ManualClock inRome = clock.withZone(ZoneId.of("Europe/Rome"));

        clock.advance(Duration.ofSeconds(25));

        assertThat(clock.instant()).isEqualTo(start.plusSeconds(25));
        assertThat(inRome.instant()).isEqualTo(clock.instant());
        inRome.advance(Duration.ofSeconds(-30));
        assertThat(clock.millis()).isEqualTo(start.minusSeconds(5).toEpochMilli());
    }
}
