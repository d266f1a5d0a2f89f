package dev.stepweir.operator.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Letters of runs in which more has happened than is read at once. */
class LongHistoriesIT extends Connected {

    private static final int EARLIER_EVENTS = 12_000;
    private static final long FAILED_AT = 1_700_000_000_000L;

    @Test
    void the_letter_of_a_late_step_tells_what_happened_to_it() {
        RunId run = RunId.create(0);
        Keys keys = namespace.keys(run);
        String[] earlier =
                IntStream.range(0, EARLIER_EVENTS)
                        .mapToObj(i -> failure(i, "early-" + i, 1))
                        .toArray(String[]::new);
        server.commands().rpush(keys.history(run), earlier);
        server.commands()
                .rpush(
                        keys.history(run),
                        failure(FAILED_AT, "step", 1),
                        failure(FAILED_AT + 1, "other", 1),
                        failure(FAILED_AT + 2, "step", 2));
        String id = die(run);

        DeadLetters letters = new DeadLetters(redis, namespace);

        DeadLetterView shown = letters.show(id).orElseThrow();
        assertThat(shown.history())
                .extracting(HistoryEvent::atMillis)
                .containsExactly(FAILED_AT, FAILED_AT + 2);
        assertThat(shown.firstFailed()).isEqualTo(Instant.ofEpochMilli(FAILED_AT));
        assertThat(letters.list(10)).isEqualTo(List.of(shown));
    }

    private static String failure(long at, String step, int attempt) {
        return at
                + " "
                + HistoryEvent.record(
                        HistoryEvent.FAILED, Map.of("step", step, "attempt", attempt));
    }

    private String die(RunId run) {
        Keys keys = namespace.keys(run);
        DeadLetter letter = SampleLetter.of(run, "work", "late", FAILED_AT);
        Map<String, String> body =
                Map.of("letter", letter.id(), "died", "" + FAILED_AT, "d", Json.text(letter));
        String entry = server.commands().xadd(keys.deadLetters(), body);
        server.commands().hset(keys.letterIndex(), letter.id(), entry);
        return letter.id();
    }
}
