package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@WithProcesses
class JavaProcessIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    /** Prints what it was given, then a line for each line of its endless count. */
    static final class Talker {

        private Talker() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println("argument " + args[0]);
            System.err.println("variable " + System.getenv("GREETING"));
            System.out.println("property " + System.getProperty("colour"));
            if (args[0].equals("leave")) {
                System.exit(7);
            }
            Thread.currentThread().join();
        }
    }

    @Test
    void arguments_variables_and_options_arrive(JavaProcesses processes) {
        JavaProcess talker =
                processes.start(
                        JavaProcess.Command.of(Talker.class, "stay")
                                .withEnvironment(Map.of("GREETING", "ciao"))
                                .withJvmOptions("-Dcolour=blue"));
        talker.awaitLine("property blue"::equals, SOON);
        assertThat(talker.lines())
                .containsExactly("argument stay", "variable ciao", "property blue");
    }

    @Test
    void the_exit_code_tells_how_it_ended(JavaProcesses processes) {
        assertThat(processes.start(Talker.class, "leave").waitFor(SOON)).isEqualTo(7);
        JavaProcess killed = processes.start(Talker.class, "stay");
        killed.awaitLine(line -> line.startsWith("property"), SOON);
        killed.kill();
        assertThat(killed.isAlive()).isFalse();
        assertThat(killed.waitFor(SOON)).isEqualTo(137);
    }

    @Test
    void a_halted_process_still_lives_and_goes_on(JavaProcesses processes) {
        JavaProcess talker = processes.start(Talker.class, "stay");
        talker.awaitLine(line -> line.startsWith("property"), SOON);
        talker.signal("STOP");
        assertThat(talker.isAlive()).isTrue();
        talker.signal("CONT");
        talker.signal("TERM");
        assertThat(talker.waitFor(SOON)).isEqualTo(143);
    }

    @Test
    void a_line_that_never_comes_fails_with_the_output(JavaProcesses processes) {
        JavaProcess talker = processes.start(Talker.class, "leave");
        assertThatThrownBy(() -> talker.awaitLine("never"::equals, SOON))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ended without")
                .hasMessageContaining("argument leave");
    }

    @Test
    void all_end_with_the_test() {
        JavaProcess left;
        try (JavaProcesses processes = new JavaProcesses()) {
            left = processes.start(Talker.class, "stay");
        }
        assertThat(left.isAlive()).isFalse();
    }
}
