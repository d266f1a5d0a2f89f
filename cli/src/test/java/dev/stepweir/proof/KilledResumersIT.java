package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.operator.resume.ResumeOutcome;
import dev.stepweir.operator.resume.Resumes;
import dev.stepweir.proof.CrashPoint.Occurrence;
import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.proof.CrashPoint.Side;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.RunId;
import dev.stepweir.seed.TenItems;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Ends who resumes a run at every boundary between two of its scripts, before one is executed and
 * after, or loses the reply, and resumes the run again. {@code -Dproof.points=all} runs every
 * point; a number, a seeded sample of so many.
 */
@WithRedis
class KilledResumersIT {

    private static final String SAMPLE = System.getProperty("proof.points", "4");
    private static final long SEED = Long.getLong("proof.seed", 20260101L);
    private static final Duration LEASE = Duration.ofMillis(400);

    private final AtomicInteger namespaces = new AtomicInteger();
    private int reached;

    @Test
    @DisplayName("S4-FR5, S4-FR7: whoever dies resuming a run, it is resumed again, nothing twice")
    void a_run_is_resumed_whatever_became_of_who_did_so_before(TestRedis server) throws Exception {
        List<CrashPoint> all = points(server);
        List<CrashPoint> chosen = new ArrayList<>(all);
        Collections.shuffle(chosen, new Random(SEED));
        if (!SAMPLE.equals("all")) {
            chosen = chosen.subList(0, Math.min(Integer.parseInt(SAMPLE), chosen.size()));
        }
        for (CrashPoint point : chosen) {
            play(server, point);
        }
        System.out.printf(
                "[proof] resumers: %d points, %d run, %d of them reached, 0 violations, seed %d%n",
                all.size(), chosen.size(), reached, SEED);
        assertThat(reached).as("points that were reached").isGreaterThan(chosen.size() / 2);
    }

    private Stack stack(TestRedis server) {
        String namespace = server.namespace() + "-" + namespaces.incrementAndGet();
        return Stack.open(server.uri(), namespace, 1).orchestrator().reaper();
    }

    /** What a resume says to Redis; its scripts are the places to die at. */
    private List<CrashPoint> points(TestRedis server) throws Exception {
        List<CrashPoint> points = new ArrayList<>();
        CrashPoint.Recording recording = new CrashPoint.Recording();
        // A script that Redis does not know yet is called twice, which no later resume does.
        resumeOnce(server, server.uri());
        try (CommandProxy proxy = CommandProxy.before(server.uri(), recording)) {
            resumeOnce(server, proxy.uri());
        }
        List<String> scripts = Stream.of(Script.values()).map(Script::fileName).toList();
        for (Occurrence occurrence : recording.occurrences()) {
            if (scripts.contains(occurrence.operation())) {
                for (Side side : Side.values()) {
                    points.add(new CrashPoint(Role.ORCHESTRATOR, occurrence, side));
                }
            }
        }
        return points;
    }

    /** With the usual lease, since it has to succeed at once, however busy the machine is. */
    private void resumeOnce(TestRedis server, String address) throws Exception {
        try (Stack stack = stack(server)) {
            TenItems items = new TenItems(stack, 6, 4, 5, 6);
            RunId run = items.interrupted();
            items.mend();
            assertThat(resume(address, stack, run, Resumes.LEASE)).isTrue();
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
    }

    private static boolean resume(String address, Stack stack, RunId run, Duration lease) {
        try (Redis redis = Redis.connect(address, "resumer")) {
            Namespace namespace = Namespace.open(redis, stack.namespace().name());
            return new Resumes(redis, namespace, lease)
                            .resume(run, ResumeOptions.everything(3), "eve", "")
                    instanceof ResumeOutcome.Resumed;
        } catch (RedisException cutOff) {
            return false;
        }
    }

    private void play(TestRedis server, CrashPoint point) throws Exception {
        CrashPoint.Trap trap = point.trap();
        try (Stack stack = stack(server);
                CommandProxy proxy = CommandProxy.before(server.uri(), trap)) {
            TenItems items = new TenItems(stack, 6, 4, 5, 6);
            RunId run = items.interrupted();
            items.executed();
            items.mend();
            Thread first = Thread.ofVirtual().start(() -> resume(proxy.uri(), stack, run, LEASE));
            // How often a lock is renewed is a matter of time: the point may not be reached.
            await().until(() -> trap.isSprung() || !first.isAlive());
            reached += trap.isSprung() ? 1 : 0;

            await().untilAsserted(() ->
                    assertThat(resume(server.uri(), stack, run, LEASE) || isOver(items, run))
                            .isTrue());

            assertThat(stack.await(run).state()).as("%s", point).isEqualTo(RunState.COMPLETED);
            assertThat(items.executed())
                    .as("%s", point)
                    .containsExactlyInAnyOrderElementsOf(TenItems.names(4, 5, 6, 7, 8, 9, 10));
            assertThat(stack.client().runs().history(run).stream().map(HistoryEntry::event))
                    .as("%s", point)
                    .filteredOn("REDRIVEN"::equals)
                    .hasSize(3);
            await().until(() -> !items.isLocked(run));
            first.join();
        }
    }

    private static boolean isOver(TenItems items, RunId run) {
        return items.view(run).state() == RunState.COMPLETED;
    }
}
