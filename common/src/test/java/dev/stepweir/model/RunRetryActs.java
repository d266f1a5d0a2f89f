package dev.stepweir.model;

import dev.stepweir.redis.script.RetryRun;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.WaitRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What befalls a run that dead steps block, if its workflow wants it tried again. */
final class RunRetryActs {

    private RunRetryActs() {}

    private static RunId rather(World world, RandomGenerator random, boolean waiting) {
        RunId run = world.players.rather(world, random);
        for (int i = 0; i < 6 && waits(world, run) != waiting; i++) {
            run = world.players.rather(world, random);
        }
        for (int i = 0; i < 6 && !waiting && !hasDeaths(world, run); i++) {
            run = world.players.anyRun(random);
        }
        return run;
    }

    private static boolean waits(World world, RunId run) {
        return !world.field(run, RunRetry.WAITS_FOR).isEmpty();
    }

    private static boolean hasDeaths(World world, RunId run) {
        return world.head(run).filter(head -> head.deadSteps() > 0).isPresent();
    }

    private static String state(World world, RunId run, String step) {
        return world.field(run, StepFields.state(step)).split(" ")[0];
    }

    static final class Wait implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.WAIT_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(WaitRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = rather(world, random, random.nextInt(6) == 0);
            Flow flow = world.players.flow(run);
            int attempt = attempt(world, run) + (random.nextInt(8) == 0 ? 1 : 0);
            Duration delay = Duration.ofMillis(random.nextInt(3) * 100L);
            String head = world.field(run, "head") + (random.nextInt(8) == 0 ? "1" : "");
            WaitRun call =
                    new WaitRun(
                            world.keys(), run, head, attempt, delay, flow.steps(), "RUN_WAITS {}");
            return Optional.of(Deed.of(call, wait(world, call), "wait " + run + " " + attempt));
        }

        private static int attempt(World world, RunId run) {
            String attempt = world.field(run, RunRetry.ATTEMPT);
            return attempt.isEmpty() ? 1 : Integer.parseInt(attempt);
        }

        private static WaitRun.Outcome wait(World world, WaitRun call) {
            RunId run = call.runId();
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return WaitRun.Outcome.GONE;
            }
            if (head.get().state() != RunState.RUNNING) {
                return WaitRun.Outcome.RUN_CLOSED;
            }
            if (waits(world, run)) {
                return WaitRun.Outcome.ALREADY;
            }
            if (!world.field(run, "head").equals(call.head())
                    || attempt(world, run) != call.attempt()) {
                return WaitRun.Outcome.STALE;
            }
            List<String> states = call.steps().stream().map(s -> state(world, run, s)).toList();
            boolean moving =
                    Stream.of("READY", "WAITING_FOR_RETRY", "PARKED").anyMatch(states::contains);
            if (moving || !states.contains("DEAD")) {
                return WaitRun.Outcome.MOVING;
            }
            long due = world.now() + call.delay().toMillis();
            RunRetry retry = new RunRetry(call.attempt() + 1, due);
            world.set(run, RunRetry.WAITS_FOR, retry.toString());
            world.timers.put(run.text(), due);
            world.happened(run, call.event());
            return WaitRun.Outcome.WAITING;
        }
    }

    static final class TryAgain implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RETRY_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(RetryRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = rather(world, random, random.nextInt(8) != 0);
            Flow flow = world.players.flow(run);
            String waitsFor = random.nextInt(8) == 0 ? "9 9" : world.field(run, RunRetry.WAITS_FOR);
            RetryRun.Outcome aim =
                    switch (random.nextInt(8)) {
                        case 0, 1 -> RetryRun.Outcome.GIVEN_UP;
                        case 2, 3, 4 -> RetryRun.Outcome.MORE;
                        default -> RetryRun.Outcome.RETRIED;
                    };
            boolean last = aim == RetryRun.Outcome.RETRIED;
            List<RetryRun.Dead> dead = new ArrayList<>();
            for (String step : flow.steps()) {
                if (state(world, run, step).equals("DEAD") && (last || random.nextBoolean())) {
                    dead.add(
                            new RetryRun.Dead(
                                    step,
                                    flow.address(run, step).handler(),
                                    world.field(run, StepFields.state(step)),
                                    flow.dependencies(step)));
                }
            }
            RetryRun call = new RetryRun(world.keys(), run, waitsFor, aim, dead, "RUN_RETRIED {}");
            return Optional.of(
                    Deed.of(call, retry(world, call), "retry " + run + " " + dead + " " + aim));
        }

        private static RetryRun.Outcome retry(World world, RetryRun call) {
            RunId run = call.runId();
            Optional<RunHead> found = world.head(run);
            boolean running = found.filter(h -> h.state() == RunState.RUNNING).isPresent();
            if (!running || !waits(world, run)) {
                world.timers.remove(run.text());
                if (found.isEmpty()) {
                    return RetryRun.Outcome.GONE;
                }
                return running ? RetryRun.Outcome.ALREADY : RetryRun.Outcome.RUN_CLOSED;
            }
            String waitsFor = world.field(run, RunRetry.WAITS_FOR);
            if (!waitsFor.equals(call.expected())) {
                return RetryRun.Outcome.ALREADY;
            }
            RunRetry retry = RunRetry.parse(waitsFor);
            if (retry.dueMillis() > world.now()) {
                world.timers.put(run.text(), retry.dueMillis());
                return RetryRun.Outcome.EARLY;
            }
            if (call.aim() == RetryRun.Outcome.GIVEN_UP) {
                world.unset(run, RunRetry.WAITS_FOR);
                world.timers.remove(run.text());
                world.happened(run, call.event());
                world.inbox.add("settle=" + run);
                return RetryRun.Outcome.GIVEN_UP;
            }
            RunHead head = found.orElseThrow();
            int left = head.deadSteps();
            for (RetryRun.Dead dead : call.steps()) {
                StepField field = StepField.parse(dead.expected());
                world.publish(
                        dead.address(run),
                        world.players.flow(run).announcement(dead.step()),
                        field.nextNumber(),
                        field.ledgers().rebased());
                left--;
                world.setHead(run, RunState.RUNNING, head.workflowHash(), left);
            }
            if (call.aim() == RetryRun.Outcome.MORE) {
                return RetryRun.Outcome.MORE;
            }
            world.set(run, RunRetry.ATTEMPT, String.valueOf(retry.attempt()));
            world.unset(run, RunRetry.WAITS_FOR);
            world.timers.remove(run.text());
            world.happened(run, call.event());
            return RetryRun.Outcome.RETRIED;
        }
    }
}
