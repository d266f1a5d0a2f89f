package dev.stepweir.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.HistoryEntry;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoryDetailsTest {

    @Test
    void of_a_failure_is_told_what_the_line_does_not_say_already() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("attempt", 2);
        details.put("error", "java.io.IOException: no answer");
        details.put("action", "MarkedAsPermanentlyFailed");
        details.put("final_state", "Error");
        details.put("backoff_applied", false);
        details.put("classification_summary", "Permanent error: no answer");
        details.put("hint", "");
        details.put("step_id", "run/step");
        details.put("next_retry_at", null);

        assertThat(text("FAILED", details))
                .isEqualTo("attempt=2 error=\"java.io.IOException: no answer\"");
    }

    @Test
    void a_null_that_an_operator_gave_is_shown_and_a_reason_that_nobody_gave_is_not() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("by", "ada");
        details.put("reason", "");
        details.put("from", null);
        details.put("to", "");

        assertThat(text("EDITED", details)).isEqualTo("by=ada from=null to=\"\"");
    }

    private static String text(String event, Map<String, Object> details) {
        return HistoryDetails.text(
                new HistoryEntry(Instant.EPOCH, Optional.of("a"), event, "DEAD", details));
    }
}
