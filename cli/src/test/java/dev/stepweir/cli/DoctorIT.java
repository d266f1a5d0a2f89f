package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.doctor.Ailment;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.RedisState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Each kind of fault, made by hand: told without a write, repaired with {@code --fix}, and then the
 * run ends.
 */
@WithRedis
class DoctorIT {

    private static final String LETTER = "{}";

    /**
     * When its roles have gone, one of its steps each has succeeded, is ready, waits, is parked.
     */
    private static final Workflow MIXED =
            Workflow.builder("mixed")
                    .step("a", s -> s.handler("work"))
                    .step("b", s -> s.handler("later").after("a"))
                    .step("c", s -> s.handler("work").after("a"))
                    .step(
                            "flaky",
                            s ->
                                    s.handler("flaky")
                                            .maxAttempts(1_000)
                                            .backoff(Backoff.FIXED, Duration.ofMillis(300)))
                    .step(
                            "guarded",
                            s ->
                                    s.handler("work")
                                            .breaker(
                                                    new BreakerPolicy(
                                                            "api", 5, Duration.ofMinutes(1))))
                    .step("join", s -> s.handler("later").after("b", "c", "flaky"))
                    .step("other", s -> s.handler("later").after("b", "c"))
                    .build();

    private static final Workflow BROKEN =
            Workflow.builder("broken").step("only", s -> s.handler("broken")).build();

    /** Two runs without anybody who works. */
    private record Scene(TestRedis server, Stack stack, RunId run, RunId failed) {

        Keys keys() {
            return stack.namespace().keys(0);
        }

        RedisCommands<String, String> commands() {
            return server.commands();
        }

        String field(String step) {
            return commands().hget(keys().run(run), StepFields.state(step));
        }

        void set(String field, String value) {
            commands().hset(keys().run(run), field, value);
        }

        String entry(String step) {
            return StepField.parse(field(step)).published().entryId();
        }

        void head(String after) {
            String head = commands().hget(keys().run(run), "head");
            set("head", head + after);
        }
    }

    @FunctionalInterface
    private interface Making {
        void of(Scene scene);
    }

    /** A fault, and what is told of it. */
    private enum Fault {
        READY_WITHOUT_ENTRY(
                Ailment.READY_WITHOUT_ENTRY,
                s -> s.commands().xdel(s.keys().queue("later"), s.entry("b"))),
        ENTRY_COPIED(
                Ailment.STRAY_ENTRY,
                s -> {
                    String queue = s.keys().queue("later");
                    String entry = s.entry("b");
                    Map<String, String> body =
                            s.commands()
                                    .xrange(queue, Range.create(entry, entry))
                                    .getFirst()
                                    .getBody();
                    s.commands().xadd(queue, body);
                }),
        ENTRY_WITH_NO_NUMBER(
                Ailment.STRAY_ENTRY,
                s ->
                        s.commands()
                                .xadd(
                                        s.keys().queue("later"),
                                        Map.of(QueueEntry.FIELD, s.run() + " 0 s:b"))),
        ENTRY_OF_NO_RUN(
                Ailment.STRAY_ENTRY,
                s ->
                        s.commands()
                                .xadd(
                                        s.keys().queue("later"),
                                        Map.of("d", RunId.create(0) + " 1 s:b"))),
        ENTRY_OF_NOTHING(
                Ailment.STRAY_ENTRY,
                s -> s.commands().xadd(s.keys().queue("later"), Map.of("x", "y"))),
        STREAM_LOST(
                EnumSet.of(Ailment.LOST_STREAM, Ailment.READY_WITHOUT_ENTRY),
                s -> s.commands().del(s.keys().queue("later"))),
        GROUP_LOST(
                EnumSet.of(Ailment.LOST_GROUP, Ailment.READY_WITHOUT_ENTRY),
                s -> s.commands().xgroupDestroy(s.keys().queue("later"), Keys.WORKER_GROUP)),
        INBOX_LOST(Ailment.LOST_STREAM, s -> s.commands().del(s.keys().inbox())),
        QUEUE_UNLISTED(Ailment.UNLISTED_QUEUE, s -> s.commands().srem(s.keys().queues(), "later")),
        GHOST(
                Ailment.GHOST_CONSUMER,
                s ->
                        s.commands()
                                .xgroupCreateconsumer(
                                        s.keys().queue("later"),
                                        Consumer.from(Keys.WORKER_GROUP, "w-gone"))),
        GHOST_OF_AN_ORCHESTRATOR(
                Ailment.GHOST_CONSUMER,
                s ->
                        s.commands()
                                .xgroupCreateconsumer(
                                        s.keys().inbox(),
                                        Consumer.from(Keys.ORCHESTRATOR_GROUP, "o-gone"))),
        TIMERS_LOST(Ailment.MISSING_TIMER, s -> s.commands().del(s.keys().timers())),
        TIMER_OF_A_DEADLINE_LOST(
                Ailment.MISSING_TIMER,
                s -> {
                    long due = System.currentTimeMillis() + 3_600_000;
                    s.set(RunDeadline.FIELD, due + " 3600000");
                }),
        TIMER_OF_A_STEP_THAT_DOES_NOT_WAIT(
                Ailment.ORPHAN_TIMER, s -> s.commands().zadd(s.keys().timers(), 1, s.run() + " b")),
        TIMER_OF_A_RUN_THAT_DOES_NOT_WAIT(
                Ailment.ORPHAN_TIMER, s -> s.commands().zadd(s.keys().timers(), 1, s.run().text())),
        TIMER_OF_NOBODY(
                Ailment.ORPHAN_TIMER,
                s -> {
                    s.commands().zadd(s.keys().timers(), 1, RunId.create(0) + " b");
                    s.commands().zadd(s.keys().timers(), 2, "nobody");
                }),
        PARKED_UNLISTED(Ailment.UNLISTED_PARKED, s -> s.commands().del(s.keys().parked("api"))),
        DEPENDENCIES_LOST(
                Ailment.UNLISTED_PARKED, s -> s.commands().del(s.keys().parkedDependencies())),
        LISTED_AND_NOT_PARKED(
                Ailment.ORPHAN_PARKED,
                s -> s.commands().zadd(s.keys().parked("api"), 1, s.run() + " b")),
        JOIN_WAITS_FOR_MORE(
                Ailment.JOIN_MISCOUNTED, s -> s.set(StepFields.state("join"), "PENDING 3")),
        JOIN_WAITS_FOR_LESS(
                Ailment.JOIN_MISCOUNTED, s -> s.set(StepFields.state("join"), "PENDING 1")),
        JOIN_HAS_FORGOTTEN(
                Ailment.JOIN_MISCOUNTED,
                s -> s.commands().hdel(s.keys().run(s.run()), StepFields.state("other"))),
        NEVER_PUBLISHED(
                EnumSet.of(Ailment.JOIN_MISCOUNTED, Ailment.STRAY_ENTRY),
                s -> s.commands().hdel(s.keys().run(s.run()), StepFields.state("b"))),
        END_MISCOUNTED(Ailment.JOIN_MISCOUNTED, s -> s.set(StepFields.END, "PENDING 2")),
        END_GARBLED(Ailment.JOIN_MISCOUNTED, s -> s.set(StepFields.END, "garbage")),
        DEATHS_MISCOUNTED(Ailment.DEATHS_MISCOUNTED, s -> s.head(" 2")),
        LISTED_NOWHERE(
                Ailment.RUN_MISLISTED, s -> s.commands().zrem(s.keys().openRuns(), s.run().text())),
        LISTED_TWICE(
                Ailment.RUN_MISLISTED,
                s -> s.commands().zadd(s.keys().completedRuns(), 1, s.run().text())),
        LISTED_AND_GONE(
                Ailment.RUN_MISLISTED,
                s -> {
                    s.commands().zadd(s.keys().openRuns(), 1, RunId.create(0).text());
                    s.commands().zadd(s.keys().failedRuns(), 1, "nothing");
                }),
        DEFINITION_MISCOUNTED(
                Ailment.DEFINITION_MISCOUNTED,
                s -> s.commands().hincrby(s.keys().workflow(MIXED.hash()), "runs", 3)),
        DEFINITION_OF_NO_RUN(
                Ailment.DEFINITION_MISCOUNTED,
                s -> s.commands().hset(s.keys().workflow("unused"), "runs", "1")),
        LOCKED_FOR_EVER(
                Ailment.ORPHAN_LOCK,
                s -> s.commands().set(s.keys().resumeLock(s.run()), "7 {\"by\":\"ada\"}")),
        LOCK_OF_NO_RUN(
                Ailment.ORPHAN_LOCK,
                s -> {
                    String key = s.keys().resumeLock(RunId.create(0));
                    s.commands().psetex(key, 60_000, "7 {\"by\":\"ada\"}");
                }),
        LETTER_OF_NO_RUN(
                Ailment.ORPHAN_LETTER,
                s -> {
                    String id = RunId.create(0) + "/only";
                    Map<String, String> body = Map.of("letter", id, "died", "1", "d", LETTER);
                    String entry = s.commands().xadd(s.keys().deadLetters(), body);
                    s.commands().hset(s.keys().letterIndex(), id, entry);
                }),
        LETTER_OF_A_SUCCESS(
                Ailment.ORPHAN_LETTER,
                s -> {
                    Map<String, String> body =
                            Map.of("letter", s.run() + "/a", "died", "1", "d", LETTER);
                    s.commands().xadd(s.keys().deadLetters(), body);
                }),
        LETTER_OF_NO_STEP(
                Ailment.UNREADABLE,
                s -> s.commands().xadd(s.keys().deadLetters(), "foreign", "entry")),
        LETTER_UNLISTED(Ailment.UNLISTED_LETTER, s -> s.commands().del(s.keys().letterIndex()));

        private final Set<Ailment> told;
        private final Making making;

        Fault(Ailment told, Making making) {
            this(EnumSet.of(told), making);
        }

        Fault(Set<Ailment> told, Making making) {
            this.told = told;
            this.making = making;
        }
    }

    private final AtomicBoolean well = new AtomicBoolean();

    @ParameterizedTest
    @EnumSource
    void what_is_wrong_is_told_and_repaired_and_the_run_ends(Fault fault, TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            Scene scene = scene(server, stack);
            Terminal terminal = terminal(server);
            Result before = terminal.execute("doctor");
            assertThat(before.code()).as("%s%s", before.out(), before.err()).isZero();
            fault.making.of(scene);

            RedisState broken = server.state();
            Result told = terminal.execute("doctor", "--silence", "1ms", "--json");
            assertThat(server.state().changesSince(broken)).isEmpty();
            assertThat(told.code()).isOne();
            assertThat(ailments(told, "FAIL")).isEqualTo(fault.told);
            assertThat(told.json().valueStream()).doesNotHaveDuplicates();

            Result fixed = terminal.execute("doctor", "--fix", "--silence", "1ms", "--json");
            assertThat(ailments(fixed, "LEFT")).isEmpty();
            assertThat(ailments(fixed, "fixed")).isEqualTo(fault.told);
            assertThat(fixed.code()).isZero();
            assertThat(fixed.err()).contains("repaired, 0 left");

            Result healthy = terminal.execute("doctor", "--silence", "1ms");
            assertThat(healthy.code()).as("%s%n%s", healthy.out(), fixed.out()).isZero();
            assertThat(healthy.err()).contains("is healthy");
            RedisState repaired = server.state();
            Result again = terminal.execute("doctor", "--fix", "--silence", "1ms");
            assertThat(again.code()).isZero();
            assertThat(server.state().changesSince(repaired)).isEmpty();

            finish(stack, scene.run());
            assertThat(terminal.execute("doctor").err()).contains("is healthy");
        }
    }

    @Test
    void what_only_a_person_can_repair_is_left(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            Scene scene = scene(server, stack);
            Terminal terminal = terminal(server);
            scene.set(StepFields.state("guarded"), "GARBLED");
            scene.commands().del(scene.keys().workflow(BROKEN.hash()));
            scene.commands().set(scene.keys().run(RunId.create(0)), "no hash");
            RedisState broken = server.state();

            Result fixed = terminal.execute("doctor", "--fix");

            assertThat(fixed.code()).isOne();
            assertThat(fixed.out())
                    .contains("LEFT  UNREADABLE " + scene.run() + "/guarded")
                    .contains("LEFT  LOST_DEFINITION " + scene.failed());
            assertThat(fixed.err()).contains("0 repaired, 3 left");
            assertThat(server.state().changesSince(broken)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RunDeadline.FIELD, RunRetry.WAITS_FOR})
    void a_time_that_cannot_be_read_is_told(String field, TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            Scene scene = scene(server, stack);
            scene.set(field, "soon");

            Result told = terminal(server).execute("doctor");

            assertThat(told.code()).isOne();
            assertThat(told.out()).contains("UNREADABLE " + scene.run(), "'soon'");
            assertThat(told.err()).contains("\n1 found");
        }
    }

    @Test
    void a_dead_step_without_its_letter_is_told_until_it_is_redriven(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            Scene scene = scene(server, stack);
            Terminal terminal = terminal(server);
            scene.commands().del(scene.keys().deadLetters());
            scene.commands().del(scene.keys().letterIndex());

            Result fixed = terminal.execute("doctor", "--fix");
            assertThat(fixed.out()).contains("LEFT  LOST_LETTER " + scene.failed() + "/only");

            well.set(true);
            assertThat(terminal.execute("dlq", "retry", scene.failed() + "/only").code()).isZero();
            finish(stack, scene.failed());
            assertThat(terminal.execute("doctor").code()).isZero();
        }
    }

    @Test
    void of_many_findings_the_first_are_listed_and_the_rest_counted(TestRedis server) {
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1)) {
            Keys keys = stack.namespace().keys(0);
            for (int i = 0; i < 1_250; i++) {
                server.commands().zadd(keys.timers(), i, RunId.create(0) + " step");
            }
            Terminal terminal = terminal(server);

            Result told = terminal.execute("doctor");
            assertThat(told.out().lines().filter(line -> line.contains("ORPHAN_TIMER")))
                    .hasSize(100);
            assertThat(told.err()).contains("1250 of ORPHAN_TIMER, the first 100 are listed");

            Result fixed = terminal.execute("doctor", "--fix");
            assertThat(fixed.out().lines().filter(line -> line.startsWith("fixed ORPHAN_TIMER")))
                    .hasSize(1_250);
            assertThat(server.commands().exists(keys.timers())).isZero();
        }
    }

    private static Terminal terminal(TestRedis server) {
        return Terminal.on(server);
    }

    private static Set<Ailment> ailments(Result result, String level) {
        JsonNode array = result.json();
        return array.valueStream()
                .filter(item -> item.path("level").asString().equals(level))
                .map(item -> Ailment.valueOf(item.path("check").asString()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Ailment.class)));
    }

    private Handlers handlers() {
        return new Handlers()
                .add("work", (input, context) -> 1)
                .add("flaky", (input, context) -> attempt(new IllegalStateException("not yet")))
                .add("broken", (input, context) -> attempt(new PermanentStepException("never")));
    }

    private Object attempt(RuntimeException failure) {
        if (!well.get()) {
            throw failure;
        }
        return 1;
    }

    private Scene scene(TestRedis server, Stack stack) throws InterruptedException {
        stack.client().breakers().open("api", "ada", "for the scene");
        RunId run;
        RunId failed;
        try (Stack workers = Stack.open(server.uri(), server.namespace(), 1)) {
            workers.worker(handlers());
            try (Stack brief = Stack.open(server.uri(), server.namespace(), 1).orchestrator()) {
                run = brief.client().submit(MIXED, 1).id();
                failed = brief.client().submit(BROKEN, 1).id();
                brief.await(failed);
                awaitStep(brief, run, "c", StepStatus.SUCCEEDED);
                awaitStep(brief, run, "guarded", StepStatus.PARKED);
            }
            awaitStep(workers, run, "flaky", StepStatus.WAITING_FOR_RETRY);
        }
        return new Scene(server, stack, run, failed);
    }

    private static void awaitStep(Stack stack, RunId run, String name, StepStatus status)
            throws InterruptedException {
        while (stack.client().show(run).orElseThrow().steps().stream()
                .noneMatch(step -> is(step, name, status))) {
            Stack.pass(Duration.ofMillis(10));
        }
    }

    private static boolean is(StepView step, String name, StepStatus status) {
        return step.name().equals(name) && step.state() == status;
    }

    private void finish(Stack stack, RunId run) throws InterruptedException {
        well.set(true);
        try (Stack roles =
                Stack.open(stack.uri(), stack.namespace().name(), 1).orchestrator().reaper()) {
            roles.worker(handlers().add("later", (input, context) -> 2));
            roles.client().breakers().reset("api", "ada", "the end");
            assertThat(roles.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
    }

    /** Every kind has a fault here, but those that only a person can repair. */
    @Test
    void every_ailment_that_can_be_repaired_is_brought_about() {
        Set<Ailment> made = EnumSet.noneOf(Ailment.class);
        for (Fault fault : Fault.values()) {
            made.addAll(fault.told);
        }
        assertThat(made)
                .containsExactlyInAnyOrderElementsOf(
                        List.of(Ailment.values()).stream().filter(Ailment::isCurable).toList());
    }
}
