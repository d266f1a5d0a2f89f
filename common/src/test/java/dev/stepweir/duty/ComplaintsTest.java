package dev.stepweir.duty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ComplaintsTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
    private final Complaints complaints = new Complaints(nanos::get);

    @Test
    void the_same_is_said_once_a_minute() {
        assertThat(complaints.isDue("run 1 is garbled")).isTrue();
        assertThat(complaints.isDue("run 1 is garbled")).isFalse();
        assertThat(complaints.isDue("run 2 is garbled")).isTrue();
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(complaints.isDue("run 1 is garbled")).isFalse();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(complaints.isDue("run 1 is garbled")).isTrue();
        assertThat(complaints.isDue("run 1 is garbled")).isFalse();
    }

    @Test
    void no_more_than_the_last_thousand_are_remembered() {
        for (int run = 0; run <= 1_000; run++) {
            assertThat(complaints.isDue("run " + run)).isTrue();
        }
        assertThat(complaints.isDue("run 1")).isFalse();
        assertThat(complaints.isDue("run 0")).isTrue();
    }
}
