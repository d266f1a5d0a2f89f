package dev.stepweir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page under docs/ whose text comes from the code. */
final class GeneratedPage {

    private static final String REFRESH =
            "./mvnw -B -ntp -q test -pl common -am -Dtest='*PageTest'"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dstepweir.docs.write=true";

    private final StringBuilder text = new StringBuilder();

    GeneratedPage(String title, String introduction) {
        text.append("<!-- Generated from the code. To refresh it:\n")
                .append(REFRESH)
                .append("\n-->\n\n# ")
                .append(title)
                .append("\n\n")
                .append(introduction.strip())
                .append('\n');
    }

    GeneratedPage section(String title) {
        text.append("\n## ").append(title).append('\n');
        return this;
    }

    GeneratedPage paragraph(String paragraph) {
        text.append('\n').append(paragraph.strip()).append('\n');
        return this;
    }

    GeneratedPage table(List<String> head, List<List<String>> rows) {
        text.append('\n');
        row(head);
        row(head.stream().map(column -> "---").toList());
        rows.forEach(this::row);
        return this;
    }

    private void row(List<String> cells) {
        text.append("| ");
        text.append(String.join(" | ", cells.stream().map(c -> c.replace("|", "\\|")).toList()));
        text.append(" |\n");
    }

    /** Compares the page in the tree, or writes it when asked to. */
    void check(String file) {
        Path page = root().resolve("docs").resolve(file);
        try {
            if (Boolean.getBoolean("stepweir.docs.write")) {
                Files.writeString(page, text);
            }
            String committed = Files.exists(page) ? Files.readString(page) : "";
            assertThat(committed)
                    .as("docs/%s is not what the code says. To refresh it:%n%s%n", file, REFRESH)
                    .isEqualTo(text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkout that the tests run in. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
