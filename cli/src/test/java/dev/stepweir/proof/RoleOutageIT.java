package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Stepweir;
import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Role processes whose Redis is not there yet, and whose Redis goes away. */
@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class RoleOutageIT {

    private static final Workflow ECHO =
            Workflow.builder("echo").step("only", s -> s.handler("echo")).build();
    private static final Workflow SLEEP =
            Workflow.builder("sleep")
                    .step("only", s -> s.handler("sleep").setting("duration_ms", 600_000))
                    .build();
    private static final Duration OUTAGE = Duration.ofSeconds(6);
    private static final List<Integer> BACKOFF_SECONDS = List.of(1, 2, 4, 8, 10);
    private static final int ENDED_WELL = 0;

    private final Map<String, JavaProcess> roles = new LinkedHashMap<>();
    private final Map<String, Integer> read = new LinkedHashMap<>();

    @Test
    @DisplayName("roles wait for a Redis that is down, and go on by themselves after an outage")
    void roles_recover_by_themselves_and_say_so_once_per_backoff(
            TestRedis server, JavaProcesses processes) throws Exception {
        long down = System.nanoTime();
        server.server().stop();
        for (String role : List.of("orchestrator", "reaper", "worker")) {
            roles.put(role, start(server, processes, role));
        }
        awaitEach(line -> line.contains("next try in 2 s"));
        server.server().startAgain();
        awaitEach(line -> line.startsWith("ready "));
        check("at the start", Duration.ofNanos(System.nanoTime() - down));

        down = System.nanoTime();
        server.server().kill();
        Stack.pass(OUTAGE);
        server.server().startAgain();
        try (Stack stack = Stack.open(server)) {
            assertThat(stack.run(ECHO, 1).state()).isEqualTo(RunState.COMPLETED);
            RunId held = stack.client().submit(SLEEP, null).id();
            await().until(() -> stack.client().fleet().workers().getFirst().inHand() == 1);
            assertThat(held).isNotNull();
        }
        awaitEach(line -> line.contains("Redis is back after "));
        check("during " + OUTAGE, Duration.ofNanos(System.nanoTime() - down));

        server.server().kill();
        awaitEach(line -> line.contains(" is away ("));
        for (JavaProcess role : roles.values()) {
            role.signal("TERM");
        }
        for (JavaProcess role : roles.values()) {
            assertThat(role.waitFor(Stack.SOON)).isEqualTo(ENDED_WELL);
            assertThat(role.lines())
                    .noneMatch(line -> line.startsWith("\tat "))
                    .noneMatch(line -> line.contains(" ERROR "));
        }
    }

    /** Waits until each role has said something that was not yet read. */
    private void awaitEach(Predicate<String> wanted) {
        roles.forEach((name, role) ->
                await().atMost(Stack.SOON)
                        .untilAsserted(() -> assertThat(unread(name)).anyMatch(wanted)));
    }

    private List<String> unread(String role) {
        List<String> lines = roles.get(role).lines();
        return lines.subList(read.getOrDefault(role, 0), lines.size());
    }

    /** Counts what each role said of an outage, and marks it as read. */
    private void check(String when, Duration outage) {
        Map<String, Integer> said = new LinkedHashMap<>();
        roles.forEach((name, role) -> {
            List<String> lines = unread(name);
            List<String> away = lines.stream().filter(line -> line.contains("next try")).toList();
            said.put(name, lines.size());
            read.merge(name, lines.size(), Integer::sum);
            assertThat(role.isAlive()).isTrue();
            assertThat(away)
                    .as("%s: %s", name, lines)
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(backoffsIn(outage))
                    .allMatch(line -> line.contains(" is away (") && line.contains("redis://"));
            assertThat(lines).filteredOn(line -> line.contains("Redis is back after ")).hasSize(1);
            assertThat(lines)
                    .as(name)
                    .filteredOn(line -> line.contains(" WARN "))
                    .allMatch(line -> line.contains("Redis "));
        });
        System.out.printf("[proof] lines %s: %s%n", when, said);
    }

    /** How often Redis is looked for in so long a time, with the look that began it. */
    private static int backoffsIn(Duration outage) {
        long seconds = 0;
        int looks = 1;
        while (seconds <= outage.toSeconds()) {
            seconds += BACKOFF_SECONDS.get(Math.min(looks - 1, BACKOFF_SECONDS.size() - 1));
            looks++;
        }
        return looks;
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes, String role) {
        List<String> line =
                new ArrayList<>(
                        List.of(role, "--redis", server.uri(), "--namespace", server.namespace()));
        if (role.equals("worker")) {
            line.addAll(List.of("--drain", "1s"));
        }
        return processes.start(JavaProcess.Command.of(Stepweir.class, line.toArray(String[]::new)));
    }
}
