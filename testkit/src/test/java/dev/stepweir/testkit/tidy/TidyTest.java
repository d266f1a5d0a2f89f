package dev.stepweir.testkit.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TidyTest {

    private static Sources repository = new Sources(List.of(), List.of());

    @BeforeAll
    static void read_the_repository() throws IOException {
        repository = Sources.ofRepository();
    }

    @Test
    void the_whole_repository_is_read() {
        assertThat(repository.files()).extracting(TextFile::path).contains("pom.xml", ".ci/run");
        assertThat(repository.java())
                .extracting(JavaFile::path)
                .contains("cli/src/main/java/dev/stepweir/cli/Stepweir.java");
    }

    @TestFactory
    Stream<DynamicTest> the_repository_keeps() {
        return HouseRules.all().stream()
                .map(rule ->
                        DynamicTest.dynamicTest(
                                rule.name(),
                                () ->
                                        assertThat(rule.violations(repository))
                                                .as(rule.name())
                                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> a_bad_sample_breaks() {
        return HouseRules.all().stream()
                .map(rule ->
                        DynamicTest.dynamicTest(
                                rule.name(),
                                () -> assertThat(broken(rule)).as(rule.name()).isNotEmpty()));
    }

    @Test
    void words_in_comments_and_strings_are_not_uses() {
        Sources sources =
                sources(
                        "worker/src/main/java/dev/stepweir/worker/A.java",
                        """
                        package dev.stepweir.worker;

                        /** Not {@code Instant.now()} but the clock's. */
                        class A {
                            // System.out
                            String a = "new Random()";
                            java.time.Instant b = java.time.Instant.now(clock);
                        }
                        """);
        assertThat(Bans.use("Instant.now()", List.of()).on(sources)).isEmpty();
        assertThat(Bans.use("System.out", List.of()).on(sources)).isEmpty();
        assertThat(Bans.use("new Random()", List.of()).on(sources)).isEmpty();
    }

    @Test
    void a_static_import_is_a_use() {
        Sources sources =
                sources(
                        "worker/src/main/java/dev/stepweir/worker/A.java",
                        "package dev.stepweir.worker; import static java.lang.Math.random;");
        assertThat(Bans.use("Math.random()", List.of()).on(sources)).hasSize(1);
    }

    @Test
    void an_allowed_place_is_let_off() {
        Sources sources =
                sources(
                        "cli/src/main/java/dev/stepweir/cli/A.java",
                        "package dev.stepweir.cli; class A { Object a = System.out; }");
        assertThat(Bans.use("System.out", List.of("cli/")).on(sources)).isEmpty();
        assertThat(Bans.use("System.out", List.of("worker/")).on(sources)).hasSize(1);
    }

    private static List<Violation> broken(Rule rule) {
        return rule.violations(sources(rule.bad().path(), rule.bad().text()));
    }

    private static Sources sources(String path, String text) {
        return Sources.of(List.of(new TextFile(path, text)));
    }
}
