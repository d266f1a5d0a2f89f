package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithProcesses
class RedisServerLifeIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir private Path dir;

    @Test
    void no_server_survives_a_kill_of_its_jvm(JavaProcesses processes) {
        JavaProcess jvm = processes.start(ServerMain.class, "2", "tests", dir.toString());
        List<Long> pids = serverPids(jvm);
        assertThat(pids).hasSize(2).allMatch(RedisServerLifeIT::isAlive);

        jvm.kill();

        await().atMost(SOON).until(() -> pids.stream().noneMatch(RedisServerLifeIT::isAlive));
    }

    @Test
    void a_paused_server_does_not_survive_either(JavaProcesses processes) {
        JavaProcess jvm = processes.start(ServerMain.class, "1", "tests", dir.toString());
        long pid = serverPids(jvm).getFirst();
        Signals.send("STOP", pid);

        jvm.kill();

        await().atMost(SOON).until(() -> !isAlive(pid));
    }

    @Test
    void a_jvm_that_ends_in_good_order_leaves_no_server(JavaProcesses processes) {
        JavaProcess jvm = processes.start(ServerMain.class, "1", "tests", dir.toString());
        long pid = serverPids(jvm).getFirst();

        jvm.signal("TERM");

        await().atMost(SOON).until(() -> !isAlive(pid));
        assertThat(jvm.waitFor(SOON)).isEqualTo(143);
    }

    @Test
    void jvms_that_start_at_once_with_an_empty_cache_do_not_disturb_each_other(
            JavaProcesses processes) throws IOException {
        Path cache = dir.resolve("not").resolve("there").resolve("yet");
        List<JavaProcess> jvms =
                Stream.of(1, 2)
                        .map(_ -> processes.start(ServerMain.class, "2", "tests", cache.toString()))
                        .toList();

        List<Long> pids = jvms.stream().flatMap(jvm -> serverPids(jvm).stream()).toList();

        assertThat(pids).hasSize(4).doesNotHaveDuplicates().allMatch(RedisServerLifeIT::isAlive);
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).singleElement().asString().contains("redis-server-7.0.15-");
        }
    }

    @Test
    void the_password_is_in_no_command_line_and_no_environment(JavaProcesses processes)
            throws IOException {
        JavaProcess jvm = processes.start(ServerMain.class, "1", "tests", dir.toString());
        serverPids(jvm);
        String uri = serverLines(jvm).getFirst().split(" ")[2];
        String password = uri.substring("redis://:".length(), uri.indexOf('@'));
        List<ProcessHandle> below =
                ProcessHandle.of(jvm.pid()).orElseThrow().descendants().toList();

        assertThat(below).hasSizeGreaterThanOrEqualTo(2);
        for (ProcessHandle process : below) {
            Path proc = Path.of("/proc", String.valueOf(process.pid()));
            if (Files.isReadable(proc.resolve("environ"))) {
                assertThat(Files.readString(proc.resolve("cmdline"))).doesNotContain(password);
                assertThat(Files.readString(proc.resolve("environ"))).doesNotContain(password);
            }
        }
    }

    @Test
    void at_run_time_an_installed_server_comes_before_the_bundled_one(JavaProcesses processes)
            throws IOException {
        try (RedisServer unpacked =
                RedisServer.start(RedisServerOptions.forTests().withCacheDir(dir))) {
            assertThat(unpacked.description()).endsWith("(bundled)");
        }
        Path bin = Files.createDirectory(dir.resolve("bin"));
        try (Stream<Path> files = Files.list(dir)) {
            Path program = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            Files.createSymbolicLink(bin.resolve("redis-server"), program);
        }
        JavaProcess jvm =
                processes.start(
                        JavaProcess.Command.of(ServerMain.class, "1", "runtime", dir.toString())
                                .withEnvironment(
                                        Map.of("PATH", bin + ":" + System.getenv("PATH"))));

        serverPids(jvm);

        assertThat(serverLines(jvm).getFirst()).doesNotContain("bundled").contains("Redis 7.0.15");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void every_acknowledged_write_survives_the_servers_death_with_appendfsync_always(
            boolean killed) {
        RedisServerOptions options =
                RedisServerOptions.forTests().withAppendFsync(AppendFsync.ALWAYS);
        try (PrivateRedis redis = PrivateRedis.start(options);
                RedisClient client = RedisClient.create(redis.uri());
                var connection = client.connect()) {
            connection.sync().set("k", "v");
            long pid = redis.pid();
            if (killed) {
                redis.kill();
                redis.startAgain();
            } else {
                redis.restart();
            }
            assertThat(redis.pid()).isNotEqualTo(pid);
            assertThat(connection.sync().get("k")).isEqualTo("v");
        }
    }

    private static List<Long> serverPids(JavaProcess jvm) {
        jvm.awaitLine("ready"::equals, SOON);
        return serverLines(jvm).stream().map(line -> Long.valueOf(line.split(" ")[1])).toList();
    }

    private static List<String> serverLines(JavaProcess jvm) {
        return jvm.lines().stream().filter(line -> line.startsWith("server ")).toList();
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
