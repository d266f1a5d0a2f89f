package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.embedded.RedisServerOptions.Source;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisServerOptionsTest {

    private final RedisServerOptions options = RedisServerOptions.forTests();

    @Test
    void tests_and_run_time_look_in_opposite_order() {
        assertThat(options.sources()).containsExactly(Source.BUNDLED, Source.PATH);
        assertThat(RedisServerOptions.forRuntime().sources())
                .containsExactly(Source.PATH, Source.BUNDLED);
    }

    @Test
    void the_configuration_is_what_was_asked_for() {
        assertThat(
                        options.withAppendFsync(AppendFsync.EVERYSEC)
                                .withMaxmemoryBytes(1_000)
                                .withSetting("hz", "100")
                                .configuration(Path.of("/a \"b"), 7_001, "secret"))
                .isEqualTo(
                        """
                        bind 127.0.0.1
                        port 7001
                        requirepass secret
                        dir "/a \\"b"
                        pidfile "/a \\"b/server.pid"
                        save ""
                        appendonly yes
                        appendfsync everysec
                        maxmemory 1000
                        maxmemory-policy noeviction
                        stream-node-max-entries 20
                        loglevel warning
                        hz 100
                        """);
    }

    @Test
    void what_cannot_work_is_refused() {
        assertThatThrownBy(() -> options.withPort(0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> options.withMaxmemoryBytes(0)).hasMessageContaining("maxmemory");
        assertThatThrownBy(() -> options.withPassword("a b c d e")).hasMessageContaining("letters");
        assertThatThrownBy(() -> options.withSources()).hasMessageContaining("sources");
        assertThatThrownBy(() -> options.withStartTimeout(Duration.ZERO))
                .hasMessageContaining("startTimeout");
        assertThatThrownBy(() -> options.withSetting("hz", "1\nrequirepass x"))
                .hasMessageContaining("single lines");
    }
}
