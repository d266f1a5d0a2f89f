package dev.stepweir.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tests of all modules whose display names begin with ids: {@code "S0-01, S0-23: what it
 * shows"}. Read from their sources, since no module sees the tests of the others.
 */
final class NamedTests {

    private static final String LITERAL = "\"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final String ID = "(?:S\\d-[A-Z]*\\d+[a-z]?|[A-Z]\\d+)";
    private static final Pattern NAME =
            Pattern.compile("@DisplayName\\(\\s*((?:" + LITERAL + "\\s*\\+?\\s*)+)\\)");
    private static final Pattern PIECE = Pattern.compile(LITERAL);
    private static final Pattern IDS = Pattern.compile("^(" + ID + "(?:, " + ID + ")*)[: ].*");
    private static final Pattern METHOD =
            Pattern.compile("\\b(?:void (\\w+)\\(|(?:class|enum) (\\w+))");

    private NamedTests() {}

    /** Where each id is shown, as {@code <test class>.<method>}. */
    static SortedMap<String, List<String>> byId(Path root) {
        SortedMap<String, List<String>> found = new TreeMap<>(order());
        for (Path file : sources(root)) {
            String type = file.getFileName().toString().replace(".java", "");
            byId(type, read(file))
                    .forEach((id, tests) ->
                            found.computeIfAbsent(id, i -> new ArrayList<>()).addAll(tests));
        }
        return found;
    }

    /** The same for one source. */
    static SortedMap<String, List<String>> byId(String type, String source) {
        SortedMap<String, List<String>> found = new TreeMap<>(order());
        Matcher name = NAME.matcher(source);
        while (name.find()) {
            String text =
                    PIECE.matcher(name.group(1))
                            .results()
                            .map(piece -> piece.group(1))
                            .collect(Collectors.joining());
            Matcher ids = IDS.matcher(text);
            Matcher method = METHOD.matcher(source);
            if (ids.matches() && method.find(name.end())) {
                String test = method.group(1) == null ? type : type + "." + method.group(1);
                for (String id : ids.group(1).split(", ")) {
                    found.computeIfAbsent(id, i -> new ArrayList<>()).add(test);
                }
            }
        }
        return found;
    }

    /** {@code S2-9} before {@code S2-10}. */
    private static Comparator<String> order() {
        return Comparator.comparing((String id) -> id.replaceAll("\\d+[a-z]?$", ""))
                .thenComparing(id -> Integer.parseInt(id.replaceAll("^.*?(\\d+)[a-z]?$", "$1")))
                .thenComparing(Comparator.naturalOrder());
    }

    private static List<Path> sources(Path root) {
        try (Stream<Path> modules = Files.list(root)) {
            List<Path> tests =
                    modules.map(module -> module.resolve("src/test/java"))
                            .filter(Files::isDirectory)
                            .sorted()
                            .toList();
            List<Path> files = new ArrayList<>();
            for (Path directory : tests) {
                try (Stream<Path> all = Files.walk(directory)) {
                    all.filter(file -> file.toString().endsWith(".java"))
                            .sorted()
                            .forEach(files::add);
                }
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
