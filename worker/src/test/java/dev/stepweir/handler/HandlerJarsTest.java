package dev.stepweir.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory is laid out as a jar, and loaded like one. */
class HandlerJarsTest {

    @TempDir private Path jar;

    private final Handlers handlers = new Handlers();

    @BeforeEach
    void make_the_jar() throws IOException {
        Files.createDirectories(jar.resolve("META-INF/services"));
        Files.createDirectories(jar.resolve("demo"));
    }

    @Test
    void a_listed_class_that_is_not_there_is_named() throws IOException {
        list("demo.Welcom");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HandlerJars.load(List.of(jar), handlers))
                .withMessageStartingWith("cannot load the handlers in [" + jar + "]: ")
                .withMessageContaining("demo.Welcom");
    }

    @Test
    void a_class_that_this_java_cannot_read_is_named() throws IOException {
        list("demo.Welcome");
        // The magic number, and a version of the format that will not be for long.
        byte[] future = {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0x7F, 0};
        Files.write(jar.resolve("demo/Welcome.class"), future);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HandlerJars.load(List.of(jar), handlers))
                .withMessageContaining("demo/Welcome has been compiled by a more recent version");
    }

    @Test
    void a_jar_that_lists_no_provider_says_where_it_would() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HandlerJars.load(List.of(jar), handlers))
                .withMessageContaining("META-INF/services/" + HandlerProvider.class.getName());
    }

    @Test
    void the_class_path_brings_nothing_but_what_is_listed_there() {
        HandlerJars.loadClassPath(handlers);
        assertThat(handlers.byName()).isEmpty();
    }

    private void list(String provider) throws IOException {
        Files.writeString(
                jar.resolve("META-INF/services/" + HandlerProvider.class.getName()), provider);
    }
}
