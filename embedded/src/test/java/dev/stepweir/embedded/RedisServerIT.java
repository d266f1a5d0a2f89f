package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerIT {

    @Test
    void a_started_server_answers_and_ends_with_close() {
        RedisServer server = RedisServer.start(RedisServerOptions.forTests());
        long pid = server.pid();
        try (server) {
            assertThat(server.description()).isEqualTo("Redis 7.0.15 (bundled)");
            assertThat(server.uri()).matches("redis://:[0-9a-f]{32}@127\\.0\\.0\\.1:\\d+");
            assertThat(ProcessHandle.of(pid)).isPresent();
        }
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(server.dataDir()).doesNotExist();
    }

    @Test
    void a_restart_keeps_port_password_and_files() {
        try (RedisServer server = RedisServer.start(RedisServerOptions.forTests())) {
            String uri = server.uri();
            long pid = server.pid();
            server.restart();
            assertThat(server.uri()).isEqualTo(uri);
            assertThat(server.pid()).isNotEqualTo(pid);
        }
    }

    @Test
    void a_taken_port_is_reported() {
        try (RedisServer first = RedisServer.start(RedisServerOptions.forTests())) {
            assertThatThrownBy(() ->
                            RedisServer.start(RedisServerOptions.forTests().withPort(first.port())))
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("no port was free")
                    .hasMessageContaining("Ways out");
        }
    }

    @Test
    void two_servers_never_share_their_files(@TempDir Path dir) {
        RedisServerOptions options = RedisServerOptions.forTests().withDataDir(dir);
        try (RedisServer first = RedisServer.start(options)) {
            assertThatThrownBy(() -> new DataDir(dir, false).awaitFree(Duration.ofMillis(50)))
                    .hasMessageContaining("process " + first.pid() + " already serves");
        }
        assertThatCode(() -> new DataDir(dir, false).awaitFree(Duration.ofMillis(50)))
                .doesNotThrowAnyException();
        assertThat(dir).exists();
    }

    @Test
    void a_bad_setting_fails_with_the_servers_own_words() {
        assertThatThrownBy(() ->
                        RedisServer.start(
                                RedisServerOptions.forTests().withSetting("no-such-setting", "1")))
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("no-such-setting");
    }

    @Test
    void a_killed_server_is_started_again() {
        try (RedisServer server = RedisServer.start(RedisServerOptions.forTests())) {
            server.kill();
            assertThat(server.isRunning()).isFalse();
            server.startAgain();
            assertThat(server.isRunning()).isTrue();
            assertThatThrownBy(server::startAgain).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void what_a_killed_process_left_is_deleted_by_the_next_start() throws IOException {
        FileTime longAgo = FileTime.from(Instant.EPOCH);
        try (RedisServer living = RedisServer.start(RedisServerOptions.forTests())) {
            Path left = Files.createTempDirectory("stepweir-redis-");
            Path strange = Files.createTempDirectory("stepweir-redis-");
            Files.setLastModifiedTime(Files.createFile(left.resolve("owner.lock")), longAgo);
            Files.setLastModifiedTime(living.dataDir().resolve("owner.lock"), longAgo);

            RedisServer.start(RedisServerOptions.forTests()).close();

            assertThat(left).doesNotExist();
            assertThat(living.dataDir()).exists();
            assertThat(strange).exists();
            Files.delete(strange);
        }
    }
}
