package dev.stepweir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of guarantees is written by hand; the tests and scripts that it names exist. */
class GuaranteesPageTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");
    private static final Pattern SCRIPT = Pattern.compile("`(scripts/[\\w.-]+)");

    @Test
    void every_test_and_script_that_it_names_exists() throws IOException {
        Path root = GeneratedPage.root();
        String page = Files.readString(root.resolve("docs/guarantees.md"));

        assertThat(named(TEST, page)).isNotEmpty().isSubsetOf(tests(root));
        assertThat(named(SCRIPT, page))
                .isNotEmpty()
                .allSatisfy(script -> assertThat(root.resolve(script)).isExecutable());
    }

    private static Set<String> named(Pattern pattern, String page) {
        Set<String> names = new TreeSet<>();
        pattern.matcher(page).results().forEach(match -> names.add(match.group(1)));
        return names;
    }

    private static Set<String> tests(Path root) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : Set.of("common", "worker", "orchestrator", "cli", "testkit")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .forEach(name -> names.add(name.replace(".java", "")));
            }
        }
        return names;
    }
}
