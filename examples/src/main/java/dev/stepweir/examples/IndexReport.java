package dev.stepweir.examples;

import dev.stepweir.handler.StepContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes what was counted for people to read. */
final class IndexReport {

    private IndexReport() {}

    /**
     * What the run returns.
     *
     * @param report where the report is
     */
    record Written(Totals totals, String report) {}

    /**
     * Writes to the run's {@code report}, else to a file of the run's own among the temporary ones.
     * A second attempt writes the same file again, and nobody sees half of one.
     */
    static Written write(Totals totals, StepContext context) throws IOException {
        Path file =
                IndexInput.of(context)
                        .reportFile()
                        .orElseGet(() ->
                                Path.of(
                                        System.getProperty("java.io.tmpdir"),
                                        "stepweir-index-" + context.runId() + ".txt"))
                        .toAbsolutePath();
        Path draft = file.resolveSibling(file.getFileName() + "." + context.dispatchNumber());
        Files.write(draft, lines(totals));
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        context.logger().info("wrote {}", file);
        return new Written(totals, file.toString());
    }

    private static List<String> lines(Totals totals) {
        List<String> lines = new ArrayList<>();
        lines.add(row("text files", totals.files()));
        lines.add(row("lines", totals.lines()));
        lines.add(row("words", totals.words()));
        lines.add(row("bytes", totals.bytes()));
        lines.add(row(totals.exact() ? "terms" : "terms, at least", totals.distinct()));
        lines.add(row("binary, left out", totals.binary()));
        lines.add(row("unreadable", totals.unreadable()));
        if (!totals.terms().isEmpty()) {
            lines.add("");
            lines.add("most frequent terms");
            totals.terms().forEach((term, count) -> lines.add(row("  " + term, count)));
        }
        return lines;
    }

    private static String row(String name, long value) {
        return String.format(Locale.ROOT, "%-24s %,15d", name, value);
    }
}
