package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.json.Json;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.letters.LetterFilter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq export}. */
@Command(
        name = "export",
        description = {
            "Write dead letters as JSON or CSV, the first dead first.",
            "In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe."
        })
final class DlqExport implements Callable<Integer> {

    /** How letters are written. */
    enum Format {
        JSON,
        CSV
    }

    @Spec private CommandSpec spec;

    @Mixin private ReadOptions which;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (JSON).")
    private Format format = Format.JSON;

    @Option(
            names = {"--output", "-o"},
            paramLabel = "FILE",
            description = "Where to; else standard output.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            LetterFilter filter = which.filter(session.client().runs());
            if (file == null) {
                export(letters, filter, output.out());
            } else {
                long count = toFile(letters, filter, file);
                output.say(count + " letters written to " + file);
            }
            return 0;
        }
    }

    private long toFile(DeadLetters letters, LetterFilter filter, Path target) {
        try (PrintWriter out = new PrintWriter(open(target))) {
            long count = export(letters, filter, out);
            if (out.checkError()) {
                throw new CommandFailure(
                        ExitCode.FAILED, "not all of it could be written to " + target);
            }
            return count;
        }
    }

    private static Writer open(Path target) {
        try {
            return Files.newBufferedWriter(target, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT, "cannot write " + target + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no such directory";
            case AccessDeniedException denied -> "it is not allowed";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private long export(DeadLetters letters, LetterFilter filter, PrintWriter out) {
        return switch (format) {
            case JSON -> json(letters, filter, out);
            case CSV -> csv(letters, filter, out);
        };
    }

    private long json(DeadLetters letters, LetterFilter filter, PrintWriter out) {
        long[] count = {0};
        out.print("[");
        letters.forEach(
                filter,
                letter -> {
                    out.print(count[0]++ == 0 ? "\n" : ",\n");
                    out.print(Json.text(LetterJson.whole(letter, letters)));
                });
        out.println(count[0] == 0 ? "]" : "\n]");
        out.flush();
        return count[0];
    }

    private long csv(DeadLetters letters, LetterFilter filter, PrintWriter out) {
        long[] count = {0};
        out.print(LetterCsv.HEADING + "\r\n");
        letters.forEach(
                filter,
                letter -> {
                    count[0]++;
                    out.print(LetterCsv.line(letter) + "\r\n");
                });
        out.flush();
        return count[0];
    }
}
