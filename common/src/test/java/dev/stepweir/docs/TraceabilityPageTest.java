package dev.stepweir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is demanded has a test, and the page says which. */
class TraceabilityPageTest {

    private static final SortedMap<String, List<String>> TESTS =
            NamedTests.byId(GeneratedPage.root());

    @Test
    void the_page_of_tests_is_what_the_tests_say() {
        Map<String, String> names = demanded();
        List<List<String>> rows = new ArrayList<>();
        TESTS.forEach((id, tests) ->
                rows.add(
                        List.of(
                                id,
                                names.getOrDefault(id, ""),
                                String.join(
                                        "<br>",
                                        tests.stream()
                                                .distinct()
                                                .map(t -> "`" + t + "`")
                                                .toList()))));
        new GeneratedPage(
                        "Requirements and their tests",
                        """
                        Every requirement has an id, and the display name of each test that shows
                        one begins with it. A demanded id without a test fails the build.
                        """)
                .table(List.of("Id", "Demand", "Tests"), rows)
                .check("traceability.md");
    }

    @Test
    void whatever_is_demanded_has_a_test_or_is_known_to_have_none() {
        List<String> without =
                demanded().keySet().stream().filter(id -> !TESTS.containsKey(id)).toList();

        assertThat(without)
                .as("demanded.txt without a test, against not-yet.txt")
                .containsExactlyInAnyOrderElementsOf(lines("not-yet.txt"));
    }

    @Test
    void ids_are_read_from_display_names() {
        String source =
                """
                @Test
                @Named("S0-01, S3-FR2: one thing")
                void shows_it() {}

                @ParameterizedTest(name = "{0}")
                @Named(
                        "B2 republish then "
                                + "ack")
                void shows_more() {}

                @Named("a chain ends")
                void shows_nothing_demanded() {}
                """
                        // Spelled so that this class shows nothing itself.
                        .replace("@Named", "@DisplayName");

        assertThat(NamedTests.byId("SomeIT", source))
                .containsExactly(
                        Map.entry("B2", List.of("SomeIT.shows_more")),
                        Map.entry("S0-01", List.of("SomeIT.shows_it")),
                        Map.entry("S3-FR2", List.of("SomeIT.shows_it")));
    }

    private static Map<String, String> demanded() {
        Map<String, String> demanded = new TreeMap<>();
        for (String line : lines("demanded.txt")) {
            int space = line.indexOf(' ');
            demanded.put(line.substring(0, space), line.substring(space + 1));
        }
        return demanded;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = TraceabilityPageTest.class.getResourceAsStream(resource)) {
            String text =
                    new String(
                            Optional.ofNullable(in).orElseThrow().readAllBytes(),
                            StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
