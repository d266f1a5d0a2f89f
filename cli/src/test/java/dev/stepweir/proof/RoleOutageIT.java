package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Stepweir;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Role processes whose Redis is not there yet, and whose Redis goes away. */
@WithRedis(privateServer = true)
class RoleOutageIT {

    private static final Workflow ECHO =
            Workflow.builder("echo").step("only", s -> s.handler("echo")).build();
    private static final Duration OUTAGE = Duration.ofSeconds(6);

    @Test
    @DisplayName("roles wait for a Redis that is down, and go on by themselves after an outage")
    void roles_recover_by_themselves(TestRedis server, JavaProcesses processes) throws Exception {
        server.server().stop();
        Map<String, JavaProcess> roles = new LinkedHashMap<>();
        for (String role : List.of("orchestrator", "reaper", "worker")) {
            roles.put(role, start(server, processes, role));
        }
        for (JavaProcess role : roles.values()) {
            role.awaitLine(line -> line.contains("trying again in"), Stack.SOON);
        }
        server.server().startAgain();
        for (JavaProcess role : roles.values()) {
            role.awaitLine(line -> line.startsWith("ready "), Stack.SOON);
        }
        Map<String, Integer> before = new LinkedHashMap<>();
        roles.forEach((name, role) -> before.put(name, role.lines().size()));

        server.server().kill();
        Stack.pass(OUTAGE);
        server.server().startAgain();

        try (Stack stack = Stack.open(server)) {
            assertThat(stack.run(ECHO, 1).state()).isEqualTo(RunState.COMPLETED);
        }
        Map<String, Integer> said = new LinkedHashMap<>();
        roles.forEach((name, role) -> said.put(name, role.lines().size() - before.get(name)));
        System.out.printf("[proof] lines during an outage of %s: %s%n", OUTAGE, said);
        for (JavaProcess role : roles.values()) {
            assertThat(role.isAlive()).isTrue();
            assertThat(role.lines()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes, String role) {
        return processes.start(
                JavaProcess.Command.of(
                        Stepweir.class,
                        role,
                        "--redis",
                        server.uri(),
                        "--namespace",
                        server.namespace()));
    }
}
