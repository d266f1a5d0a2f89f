package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerProgramTest {

    private static final Path FILE = Path.of("/opt/a-server");

    @ParameterizedTest
    @CsvSource({
        "Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64, Redis, 7.0.15, true",
        "Redis server v=6.2.11 sha=00000000:0 malloc=libc bits=64, Redis, 6.2.11, false",
        "Redis server v=8.4.0 sha=00000000:1 malloc=libc bits=64, Redis, 8.4.0, true",
        "Server v=7.2.5 sha=00000000:0 malloc=jemalloc-5.3.0, Valkey, 7.2.5, true",
        "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc, Valkey, 8.1.1, true",
        "Valkey server v=9.0.0-rc1 sha=00000000:0 malloc=jemalloc, Valkey, 9.0.0-rc1, true",
    })
    void a_version_text_is_understood(String text, String product, String version, boolean ok) {
        assertThat(ServerProgram.understand(FILE, text, 0))
                .isInstanceOfSatisfying(
                        ServerProgram.Answer.Runs.class,
                        answer -> {
                            assertThat(answer.program().product()).isEqualTo(product);
                            assertThat(answer.program().version()).isEqualTo(version);
                            assertThat(answer.program().recentEnough()).isEqualTo(ok);
                        });
    }

    @Test
    void what_does_not_run_is_refused_with_its_words() {
        assertThat(ServerProgram.understand(FILE, "libssl.so.3 not found", 127).toString())
                .contains("127")
                .contains("libssl.so.3");
        assertThat(ServerProgram.ask(Path.of("/nowhere/redis-server")))
                .isInstanceOf(ServerProgram.Answer.Refused.class);
    }
}
