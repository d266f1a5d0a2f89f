package dev.stepweir.proof;

import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import dev.stepweir.testkit.proxy.FaultProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processes of every role, each with a network of its own to Redis. Who dies is replaced at once.
 * Used by one thread.
 */
final class Troupe implements AutoCloseable {

    private final TestRedis server;
    private final JavaProcesses processes;
    private final Path papers;
    private final RareEvents events;
    private final List<Member> members = new ArrayList<>();
    private final Map<String, Integer> deaths = new TreeMap<>();
    private int started;

    /** One process after another in the same place. */
    final class Member {
        private final Role role;
        private final FaultProxy network;
        private final CommandProxy wire;
        private JavaProcess process;

        private Member(Role role) {
            this.role = role;
            this.network = FaultProxy.before(server.uri());
            this.wire = CommandProxy.before(network.uri(), events);
            this.process = start();
        }

        private JavaProcess start() {
            Path paper = papers.resolve("worker-" + ++started);
            return processes.start(
                    JavaProcess.Command.of(
                                    RoleMain.class,
                                    role.name(),
                                    wire.uri(),
                                    server.namespace(),
                                    paper.toString())
                            .withJvmOptions("-Xmx96m", "-Dstepweir.log=WARN"));
        }

        FaultProxy network() {
            return network;
        }

        /** SIGKILL. */
        void kill() {
            died("SIGKILL");
            process.kill();
            process = start();
        }

        /** SIGTERM. */
        void terminate() {
            died("SIGTERM");
            process.signal("TERM");
            JavaProcess leaving = process;
            process = start();
            leaving.waitFor(Duration.ofSeconds(30));
        }

        /** SIGSTOP. */
        void halt() {
            died("SIGSTOP");
            process.signal("STOP");
        }

        void goOn() {
            if (process.isAlive()) {
                process.signal("CONT");
            }
        }

        /** Replaces one that ended by itself. */
        void revive() {
            if (!process.isAlive()) {
                died("ended by itself");
                process = start();
            }
        }

        private void died(String how) {
            deaths.merge(role + " " + how, 1, Integer::sum);
        }
    }

    Troupe(TestRedis server, JavaProcesses processes, Path papers, RareEvents events) {
        this.server = server;
        this.processes = processes;
        this.papers = papers;
        this.events = events;
    }

    void engage(Role... roles) {
        for (Role role : roles) {
            members.add(new Member(role));
        }
        members.forEach(m -> m.process.awaitLine(l -> l.startsWith(RoleMain.READY), Stack.SOON));
    }

    List<Member> members() {
        return members;
    }

    /** How many died or were halted, by role and signal. */
    Map<String, Integer> deaths() {
        return deaths;
    }

    /** Everybody is well and reaches Redis. */
    void heal() {
        for (Member member : members) {
            member.goOn();
            member.network().thaw();
            member.network().admit();
            member.revive();
        }
    }

    @Override
    public void close() {
        members.forEach(member -> {
            member.wire.close();
            member.network.close();
        });
    }
}
