package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Keys;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@WithRedis(privateServer = true)
class RolesIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int DRAINED = 0;
    private static final int NO_REDIS = 5;
    private static final int SUPERSEDED = 8;

    private static final String FLAKY =
            """
            name: flaky
            steps:
              - name: first
                handler: {callable: fail-n-times, initialization: {fail_count: 1}}
                retry: {max_attempts: 3, backoff: fixed, backoff_base_ms: 100}
              - name: second
                handler: echo
                dependencies: [first]
            """;

    @TempDir private Path directory;

    @Test
    void separate_processes_run_a_workflow_and_end_when_asked(
            TestRedis server, JavaProcesses processes) throws IOException {
        List<JavaProcess> roles = new ArrayList<>();
        for (String role : List.of("orchestrator", "worker", "reaper")) {
            roles.add(start(processes, role, "--redis", server.uri()));
        }
        List<String> ids = new ArrayList<>();
        for (JavaProcess role : roles) {
            String ready = role.awaitLine(line -> line.startsWith("ready "), SOON);
            ids.add(ready.substring(ready.lastIndexOf(' ') + 1));
        }
        Terminal terminal = new Terminal("--redis", server.uri());

        Result run = terminal.execute("run", write(FLAKY), "--wait-timeout", "30s", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("steps").path("first").path("attempt").asInt()).isEqualTo(2);
        for (String id : ids) {
            assertThat(terminal.execute("health", id).code()).isZero();
        }
        for (JavaProcess role : roles) {
            role.signal("TERM");
        }
        for (JavaProcess role : roles) {
            assertThat(role.waitFor(SOON)).isEqualTo(DRAINED);
            assertThat(role.lines()).noneMatch(line -> line.startsWith("\tat "));
        }
        assertThat(terminal.execute("workers", "list", "--json").json()).isEmpty();
    }

    @Test
    void the_last_worker_to_start_under_a_name_takes_the_place(
            TestRedis server, JavaProcesses processes) {
        String[] named = {"worker", "--redis", server.uri(), "--heartbeat", "200ms"};
        Map<String, String> name = Map.of("STEPWEIR_WORKER_NAME", "billing");
        JavaProcess.Command command =
                JavaProcess.Command.of(Stepweir.class, named).withEnvironment(name);
        JavaProcess first = processes.start(command);
        first.awaitLine("ready worker billing#1"::equals, SOON);
        JavaProcess second = processes.start(command);
        second.awaitLine("ready worker billing#2"::equals, SOON);

        assertThat(first.waitFor(SOON)).isEqualTo(SUPERSEDED);
        assertThat(first.lines())
                .contains("another worker has started under the name of this one")
                .noneMatch(line -> line.startsWith("\tat "));
        Terminal terminal = new Terminal("--redis", server.uri());
        JsonNode workers = terminal.execute("workers", "list", "--json").json();
        assertThat(workers).hasSize(1);
        assertThat(workers.path(0).path("id").asString()).isEqualTo("billing#2");
        assertThat(workers.path(0).path("epoch").asInt()).isEqualTo(2);

        // As if a third had taken the name in the second partition already.
        server.commands().hset(new Keys("default", 1).workerNames(), "billing", "4");
        Result late = terminal.execute("worker", "--name", "billing");
        assertThat(late.code()).isEqualTo(SUPERSEDED);
        assertThat(late.err())
                .contains("stepweir: worker 'billing#3' did not start: another one started");
    }

    @Test
    void a_name_that_no_worker_may_have_is_refused(TestRedis server) {
        for (String name : List.of("", "a b", "billing#1", "x".repeat(65))) {
            Result refused =
                    new Terminal("--redis", server.uri()).execute("worker", "--name", name);
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err())
                    .contains("name must be 1 to 64 of A-Z a-z 0-9 . _ -, found '" + name + "'");
        }
    }

    @Test
    void a_role_waits_for_redis(TestRedis server, JavaProcesses processes) {
        server.server().stop();
        JavaProcess worker = start(processes, "worker", "--redis", server.uri());
        String said = worker.awaitLine(line -> line.contains("next try in 1 s"), SOON);
        assertThat(said)
                .startsWith("Redis at redis://***@127.0.0.1:")
                .contains("is away (Connection refused)");
        server.server().startAgain();
        worker.awaitLine(line -> line.startsWith("ready worker w"), SOON);
        worker.signal("TERM");
        assertThat(worker.waitFor(SOON)).isEqualTo(DRAINED);
    }

    @Test
    void a_server_that_deletes_runs_is_refused_unless_the_risk_is_accepted(
            TestRedis server, JavaProcesses processes) {
        server.commands().configSet("maxmemory-policy", "allkeys-lru");
        Result refused = new Terminal("--redis", server.uri()).execute("reaper");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("FAIL eviction", "noeviction", "--accept-risk");
        assertThat(refused.out()).isEmpty();
        assertThat(new Terminal("--redis", server.uri()).execute("doctor").code()).isEqualTo(1);

        start(processes, "reaper", "--redis", server.uri(), "--accept-risk")
                .awaitLine(line -> line.startsWith("ready reaper "), SOON);
    }

    @Test
    void a_local_run_needs_nothing_else() throws IOException {
        Result run = new Terminal().execute("run", write(FLAKY), "--local", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("status").asString()).isEqualTo("COMPLETED");
    }

    @Test
    void dev_leaves_a_note_for_other_commands_that_only_its_owner_can_read(JavaProcesses processes)
            throws IOException {
        Path data = directory.resolve("data");
        JavaProcess dev = start(processes, "dev", "--data", data.toString());
        dev.awaitLine(line -> line.startsWith("ready dev "), SOON);

        Path note = data.resolve("dev.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(note)))
                .isEqualTo("rw-------");
        String address = Json.tree(Files.readAllBytes(note)).path("url").asString();
        Result run = new Terminal("--redis", address).execute("run", write(FLAKY));
        assertThat(run.code()).as(run.err()).isZero();
        String password = address.substring(address.indexOf("//:") + 3, address.indexOf('@'));
        assertThat(dev.lines()).noneMatch(line -> line.contains(password));
        Result second = new Terminal().execute("dev", "--data", data.toString());
        assertThat(second.code()).isEqualTo(4);

        dev.signal("TERM");
        assertThat(dev.waitFor(SOON)).isEqualTo(DRAINED);
        assertThat(note).doesNotExist();
    }

    @Test
    void dev_ends_when_its_redis_does(JavaProcesses processes) {
        Path data = directory.resolve("data");
        JavaProcess dev = start(processes, "dev", "--data", data.toString());
        dev.awaitLine(line -> line.startsWith("ready dev "), SOON);

        killRedisOf(dev);

        assertThat(dev.waitFor(SOON)).isEqualTo(NO_REDIS);
        assertThat(dev.lines()).contains("its Redis has ended by itself; runs are kept in " + data);
        assertThat(data.resolve("dev.json")).doesNotExist();
    }

    @Test
    void a_local_run_ends_when_its_redis_does(JavaProcesses processes) throws IOException {
        String endless =
                """
                name: endless
                steps:
                  - name: wait
                    handler: {callable: sleep, initialization: {duration_ms: 3600000}}
                """;
        JavaProcess run = start(processes, "run", write(endless), "--local");
        run.awaitLine(line -> line.startsWith("run "), SOON);

        killRedisOf(run);

        assertThat(run.waitFor(Duration.ofMinutes(2))).isEqualTo(NO_REDIS);
        assertThat(run.lines())
                .contains("stepweir: the run's own Redis has ended by itself")
                .noneMatch(line -> line.startsWith("\tat "));
    }

    private static void killRedisOf(JavaProcess process) {
        List<ProcessHandle> servers =
                ProcessHandle.of(process.pid())
                        .orElseThrow()
                        .descendants()
                        .filter(one -> one.info().command().orElse("").contains("redis"))
                        .toList();
        assertThat(servers).hasSize(1);
        servers.getFirst().destroyForcibly();
    }

    private static JavaProcess start(JavaProcesses processes, String... args) {
        return processes.start(JavaProcess.Command.of(Stepweir.class, args));
    }

    private String write(String definition) throws IOException {
        return Files.writeString(directory.resolve("workflow.yaml"), definition).toString();
    }
}
