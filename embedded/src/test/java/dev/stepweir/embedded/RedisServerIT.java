package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
