package dev.stepweir.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server program that has been run and has told its version. */
record ServerProgram(Path file, String product, int major, int minor, String version) {

    private static final Pattern VERSION = Pattern.compile("\\bv=((\\d+)\\.(\\d+)[\\w.-]*)");

    /** What came of asking a file for its version. */
    sealed interface Answer {
        record Runs(ServerProgram program) implements Answer {}

        record Refused(String why) implements Answer {}
    }

    /** Old servers lack script flags and stream commands that everything else relies on. */
    boolean recentEnough() {
        return product.equals("Valkey") ? major > 7 || (major == 7 && minor >= 2) : major >= 7;
    }

    /** The executable of that name in a list of directories like the PATH variable. */
    static Optional<Path> find(String name, String searchPath) {
        return Arrays.stream(searchPath.split(Pattern.quote(File.pathSeparator)))
                .filter(dir -> !dir.isBlank())
                .map(dir -> Path.of(dir, name).toAbsolutePath())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    static Answer ask(Path file) {
        try {
            Process process =
                    new ProcessBuilder(file.toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Answer.Refused(file + " --version did not end");
            }
            return understand(file, text.strip(), process.exitValue());
        } catch (IOException e) {
            return new Answer.Refused(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Refused("interrupted while asking " + file + " for its version");
        }
    }

    static Answer understand(Path file, String text, int exitCode) {
        Matcher matcher = VERSION.matcher(text);
        if (exitCode != 0 || !matcher.find()) {
            return new Answer.Refused(
                    file + " --version ended with " + exitCode + " and said: " + text);
        }
        String product = text.startsWith("Redis ") ? "Redis" : "Valkey";
        return new Answer.Runs(
                new ServerProgram(
                        file,
                        product,
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        matcher.group(1)));
    }
}
