package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The checker is only worth something if it finds what it is there for. */
@WithRedis
class CheckerIT {

    private static final Workflow DIAMOND = Shapes.diamond(1);

    /** A finished, witnessed run, and what may be done to it. */
    private record Scene(
            Keys keys,
            RunId run,
            RedisCommands<String, String> commands,
            List<Testimony> testimonies) {

        void set(String step, String text) {
            commands.hset(keys.run(run), StepFields.state(step), text);
        }

        void head(String state) {
            String head = commands.hget(keys.run(run), "head");
            commands.hset(keys.run(run), "head", state + head.substring(head.indexOf(' ')));
        }

        void opened() {
            head("RUNNING");
            commands.zrem(keys.completedRuns(), run.text());
            commands.zadd(keys.openRuns(), 1, run.text());
        }

        Testimony witnessed(String step) {
            return testimonies.stream()
                    .filter(t -> t.step().equals(step))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @FunctionalInterface
    private interface Breaking {
        void of(Scene scene);
    }

    /** One way to break a namespace, and what must be found. */
    private enum Break {
        RUN_IS_GONE(Invariant.NOT_LOST, s -> s.commands().del(s.keys().run(s.run()))),
        RUN_IS_LEFT_OPEN(Invariant.FINISHED, Scene::opened),
        READY_WITHOUT_ENTRY(
                Invariant.RESCUABLE,
                s -> {
                    s.opened();
                    s.set("last", "READY 1@1700000000000-0");
                }),
        WAITING_WITHOUT_TIMER(
                Invariant.RESCUABLE,
                s -> {
                    s.opened();
                    s.set("last", "WAITING_FOR_RETRY 1@1700000000000-0 f=1 due=1700000000000");
                }),
        OPEN_RUN_NOT_LISTED(Invariant.RESCUABLE, s -> s.head("RUNNING")),
        STEP_BEFORE_ITS_DEPENDENCY(
                Invariant.IN_ORDER,
                s -> s.commands().hdel(s.keys().run(s.run()), StepFields.state("part0"))),
        MISCOUNTED_JOIN(
                Invariant.JOINS_COUNTED,
                s -> {
                    s.opened();
                    s.set("last", "PENDING 1");
                }),
        MISCOUNTED_DEATH(
                Invariant.DEATHS_COUNTED,
                s -> {
                    String head = s.commands().hget(s.keys().run(s.run()), "head");
                    s.commands().hset(s.keys().run(s.run()), "head", head + " 1");
                }),
        COMPLETED_TOO_EARLY(Invariant.ENDED_RIGHTLY, s -> s.set("last", "READY 1@1700000000000-0")),
        FAILED_FOR_NOTHING(Invariant.ENDED_RIGHTLY, s -> s.head("FAILED")),
        LISTED_TWICE(
                Invariant.LISTED_ONCE,
                s -> s.commands().zadd(s.keys().failedRuns(), 1, s.run().text())),
        LISTED_NOWHERE(
                Invariant.LISTED_ONCE,
                s -> s.commands().zrem(s.keys().completedRuns(), s.run().text())),
        LISTED_AND_GONE(
                Invariant.LISTED_ONCE,
                s -> s.commands().zadd(s.keys().openRuns(), 1, RunId.create(0).text())),
        DEAD_WITHOUT_LETTER(
                Invariant.LETTERS_KEPT, s -> s.set("last", "DEAD 1@1700000000000-0 f=1 dlq=1-0")),
        LETTER_OF_A_SUCCESS(
                Invariant.LETTERS_KEPT,
                s -> {
                    String id = s.commands().xadd(s.keys().deadLetters(), Map.of("d", "{}"));
                    s.commands().hset(s.keys().letterIndex(), s.run() + "/last", id);
                }),
        DISPATCH_STARTED_TWICE(
                Invariant.STARTED_ONCE, s -> s.testimonies().add(s.witnessed("part0"))),
        ANOTHER_RESULT_COMMITTED(
                Invariant.COMMIT_WITNESSED,
                s ->
                        s.commands()
                                .hset(
                                        s.keys().run(s.run()),
                                        StepFields.output("last"),
                                        "={\"token\":\"other\"}")),
        PUBLISHED_AFTER_COMMIT(
                Invariant.NOTHING_AFTER_COMMIT,
                s -> {
                    Testimony last = s.witnessed("last");
                    s.testimonies()
                            .add(
                                    new Testimony(
                                            last.run(),
                                            last.step(),
                                            last.dispatch() + 1,
                                            "late",
                                            last.saw()));
                }),
        COMMITTED_TWICE(
                Invariant.INPUT_COMMITTED,
                s -> {
                    String output = StepFields.output("first");
                    s.commands().hset(s.keys().run(s.run()), output, "={\"token\":\"second\"}");
                }),
        EXECUTED_TOO_OFTEN(
                Invariant.EXECUTIONS_EXPLAINED,
                s -> {
                    Testimony first = s.witnessed("first");
                    s.testimonies()
                            .add(new Testimony(first.run(), first.step(), 0, "extra", first.saw()));
                }),
        ENTRY_LEFT(
                Invariant.NOTHING_QUEUED,
                s ->
                        s.commands()
                                .xadd(
                                        s.keys().queue(Witness.HANDLER),
                                        Map.of("d", s.run() + " 1 " + StepFields.state("last")))),
        DOORBELL_LEFT(
                Invariant.NOTHING_QUEUED,
                s -> s.commands().xadd(s.keys().inbox(), Map.of("start", s.run().text()))),
        TIMER_LEFT(
                Invariant.NO_ORPHANS,
                s -> s.commands().zadd(s.keys().timers(), 1, s.run() + " last")),
        VALUE_LEFT(
                Invariant.NO_ORPHANS,
                s -> s.commands().set(s.keys().blob(s.run(), StepFields.output("last")), "x")),
        HISTORY_LEFT(
                Invariant.NO_ORPHANS,
                s -> s.commands().rpush(s.keys().history(RunId.create(0)), "1 CANCELLED {}")),
        COUNT_LEFT(
                Invariant.NO_ORPHANS,
                s -> s.commands().hincrby(s.keys().workflow(DIAMOND.hash()), "runs", 1)),
        LETTER_WITHOUT_INDEX(
                Invariant.NO_ORPHANS,
                s -> s.commands().xadd(s.keys().deadLetters(), Map.of("d", "{}"))),
        STRANGE_KEY(
                Invariant.NOTHING_UNKNOWN,
                s -> s.commands().set("sw:{" + s.keys().namespace() + ":0}:strange", "x")),
        EXPIRING_KEY(
                Invariant.NOTHING_UNKNOWN, s -> s.commands().expire(s.keys().run(s.run()), 1_000));

        private final Invariant violated;
        private final Breaking breaking;

        Break(Invariant violated, Breaking breaking) {
            this.violated = violated;
            this.breaking = breaking;
        }
    }

    @Test
    @DisplayName(
            "the checker finds nothing wrong with what is whole, and each thing that is broken")
    void what_is_broken_is_found(TestRedis server) throws Exception {
        RunId run;
        try (Stack roles = Stack.open(server.uri(), server.namespace(), 1)) {
            roles.orchestrator().reaper().worker(Witness.handlers(roles));
            run = roles.run(DIAMOND, 1).id();
            Audit.ofWitnessed(roles, List.of(run));
        }
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            List<RunId> accepted = List.of(run);
            List<Testimony> testimonies = Witness.testimonies(stack);
            Map<String, byte[]> whole = dump(server);
            SoftAssertions all = new SoftAssertions();
            for (Break broken : Break.values()) {
                List<Testimony> changed = new ArrayList<>(testimonies);
                Keys keys = stack.namespace().keys(0);
                broken.breaking.of(new Scene(keys, run, server.commands(), changed));

                all.assertThat(check(stack, accepted, changed))
                        .as(broken.name())
                        .extracting(Violation::invariant)
                        .contains(broken.violated);
                restore(server, whole);
            }
            all.assertThat(check(stack, accepted, testimonies)).isEmpty();
            all.assertAll();
        }
    }

    private static List<Violation> check(
            Stack stack, List<RunId> accepted, List<Testimony> testimonies) {
        return Checker.check(stack.redis(), stack.namespace(), accepted, testimonies);
    }

    private static Map<String, byte[]> dump(TestRedis server) {
        Map<String, byte[]> dumps = new TreeMap<>();
        for (String key : server.commands().keys(server.keyPrefix() + "*")) {
            dumps.put(key, server.commands().dump(key));
        }
        return dumps;
    }

    private static void restore(TestRedis server, Map<String, byte[]> dumps) {
        server.commands()
                .del(server.commands().keys(server.keyPrefix() + "*").toArray(String[]::new));
        dumps.forEach((key, bytes) -> server.commands().restore(key, 0, bytes));
    }

    @Test
    void there_is_a_break_for_each_invariant() {
        Set<Invariant> broken =
                Stream.of(Break.values())
                        .map(b -> b.violated)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Invariant.class)));

        assertThat(broken).containsExactlyInAnyOrder(Invariant.values());
    }
}
