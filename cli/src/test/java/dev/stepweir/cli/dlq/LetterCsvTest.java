package dev.stepweir.cli.dlq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.Investigation;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.StepError;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LetterCsvTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "plain~plain",
                "a,b~\"a,b\"",
                "say \"no\"~\"say \"\"no\"\"\"",
                "=1+1~'=1+1",
                "@SUM(A1)~'@SUM(A1)",
                "+1~'+1",
                "-1~'-1",
                "=cmd|' /C calc'!A0,x~\"'=cmd|' /C calc'!A0,x\""
            })
    void a_cell_is_quoted_and_never_a_formula(String text, String cell) {
        assertThat(LetterCsv.cell(text)).isEqualTo(cell);
    }

    @Test
    void lines_stay_in_one_cell() {
        assertThat(LetterCsv.cell("a\r\nb")).isEqualTo("\"a\r\nb\"");
        assertThat(LetterCsv.cell("\t=1")).isEqualTo("'\t=1");
        assertThat(LetterCsv.cell("")).isEmpty();
    }

    @Test
    void a_line_has_a_cell_per_column() {
        Classification unknown = Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);
        DeadLetter letter =
                new DeadLetter(
                        "run/step",
                        "run",
                        "flow",
                        "step",
                        "=work",
                        DeadLetter.Reason.ATTEMPTS_EXHAUSTED,
                        StepError.ofEngine("TIMEOUT", "too late", unknown, 3, "w1"),
                        3,
                        3,
                        0,
                        Map.of(),
                        "1@1-0");
        DeadLetterView view =
                new DeadLetterView(
                        letter,
                        Instant.EPOCH,
                        Optional.of(StepState.DEAD),
                        0,
                        Investigation.NONE,
                        Optional.empty(),
                        List.of());

        String[] cells = LetterCsv.line(view).split(",", -1);

        assertThat(cells).hasSameSizeAs(LetterCsv.HEADING.split(","));
        assertThat(cells).startsWith("run/step", "run", "flow", "step", "'=work");
        assertThat(cells).contains("TIMEOUT", "too late", "3", "2", "{}");
    }
}
