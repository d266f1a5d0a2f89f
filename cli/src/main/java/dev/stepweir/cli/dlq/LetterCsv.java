package dev.stepweir.cli.dlq;

import dev.stepweir.json.Json;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.run.DeadLetter;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A dead letter as a line of CSV (RFC 4180). What users and services wrote is data: a cell that a
 * spreadsheet would take for a formula begins with an apostrophe.
 */
final class LetterCsv {

    static final String HEADING =
            line(
                    Stream.of(
                            "id",
                            "run_id",
                            "workflow",
                            "step",
                            "handler",
                            "reason",
                            "state",
                            "attempts",
                            "retry_count",
                            "failures",
                            "crashes",
                            "error_type",
                            "error_code",
                            "error_category",
                            "error_group",
                            "error_message",
                            "published_at",
                            "first_failed_at",
                            "last_failed_at",
                            "died_at",
                            "dispatch",
                            "edits",
                            "status",
                            "settings"));

    private static final String FORMULA = "=+-@\t\r\n";

    private LetterCsv() {}

    static String line(DeadLetterView view) {
        DeadLetter letter = view.letter();
        return line(
                Stream.of(
                        letter.id(),
                        letter.runId(),
                        letter.workflow(),
                        letter.step(),
                        letter.handler(),
                        letter.reason(),
                        view.state().map(Enum::name).orElse(""),
                        letter.attempts(),
                        view.retries(),
                        letter.failures(),
                        letter.crashes(),
                        letter.error().type(),
                        letter.error().code(),
                        letter.error().category(),
                        view.errorGroup(),
                        letter.error().message(),
                        view.published().map(Instant::toString).orElse(""),
                        view.firstFailed(),
                        view.lastFailed(),
                        view.died(),
                        letter.dispatch(),
                        view.edits(),
                        view.investigation().status(),
                        Json.text(letter.settings())));
    }

    /** Without the line's end. */
    private static String line(Stream<Object> cells) {
        return cells.map(Object::toString).map(LetterCsv::cell).collect(Collectors.joining(","));
    }

    static String cell(String text) {
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean quoted = safe.chars().anyMatch(c -> ",\"\r\n".indexOf(c) >= 0);
        return quoted ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }
}
