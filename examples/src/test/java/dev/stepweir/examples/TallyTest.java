package dev.stepweir.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TallyTest {

    private static final Pattern WORD = Pattern.compile("[^ \\t\\n\\x0b\\f\\r]+");

    @TempDir private Path directory;

    @Test
    void counts_what_an_independent_count_of_random_bytes_counts() throws IOException {
        Random random = new Random(20_251_121);
        Tally tally = new Tally();
        long lines = 0;
        long words = 0;
        long bytes = 0;
        for (int i = 0; i < 50; i++) {
            byte[] content = new byte[random.nextInt(200_000)];
            for (int at = 0; at < content.length; at++) {
                boolean space = random.nextInt(4) == 0;
                content[at] =
                        space
                                ? (byte) " \t\n\u000b\f\r".charAt(random.nextInt(6))
                                : (byte) (1 + random.nextInt(255));
            }
            String text = new String(content, StandardCharsets.ISO_8859_1);
            lines += text.chars().filter(c -> c == '\n').count();
            words += WORD.matcher(text).results().count();
            bytes += content.length;
            tally.add(Files.write(directory.resolve("file-" + i), content));
        }
        Totals totals = tally.totals(10);
        assertThat(totals.files()).isEqualTo(50);
        assertThat(totals.lines()).isEqualTo(lines);
        assertThat(totals.words()).isEqualTo(words);
        assertThat(totals.bytes()).isEqualTo(bytes);
    }

    @Test
    void a_file_with_a_nul_byte_anywhere_is_left_out() throws IOException {
        Tally tally = new Tally();
        byte[] content = " text".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
        content[content.length - 1] = 0;
        tally.add(Files.write(directory.resolve("binary"), content));
        assertThat(tally.totals(10).binary()).isEqualTo(1);
        assertThat(tally.totals(10).files()).isZero();
        assertThat(tally.totals(10).bytes()).isZero();
    }

    @Test
    void a_file_that_is_gone_is_told_and_does_no_harm() throws IOException {
        Tally tally = new Tally();
        tally.add(directory.resolve("gone"));
        assertThat(tally.totals(10).unreadable()).isEqualTo(1);
    }

    @Test
    void terms_are_whole_words_of_some_length_whatever_their_case() throws IOException {
        Tally tally = new Tally();
        String text = "Größe größe the 12345 x1y2 step,STEP;step " + "a".repeat(41);
        tally.add(Files.writeString(directory.resolve("text"), text));
        assertThat(tally.totals(2).terms()).hasToString("{step=3, größe=1}");
        assertThat(tally.totals(9).terms()).containsOnlyKeys("step", "größe", "x1y2");
        assertThat(tally.totals(9).distinct()).isEqualTo(3);
    }

    @Test
    void what_was_counted_apart_adds_up() throws IOException {
        Path file = Files.writeString(directory.resolve("text"), "some words\n");
        Tally one = new Tally();
        one.add(file);
        Tally two = new Tally();
        two.add(file);
        two.add(one.totals(10));
        assertThat(two.totals(10).words()).isEqualTo(4);
        assertThat(two.totals(10).terms()).containsEntry("words", 2L);
    }
}
