package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.LockRun;
import dev.stepweir.redis.script.PauseQueue;
import dev.stepweir.redis.script.PauseRun;
import dev.stepweir.redis.script.ResumeQueue;
import dev.stepweir.redis.script.ResumeRun;
import dev.stepweir.redis.script.ResumeRun.Outcome;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.UnlockRun;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Operators hold runs up and take them up again. */
final class ResumeActs {

    /** Locks lapse when the play says so, not when it takes long. */
    private static final Duration LONG = Duration.ofHours(1);

    private ResumeActs() {}

    static final class Pause implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.PAUSE_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(PauseRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            PauseRun call = new PauseRun(world.keys(), run, "{\"by\":\"ada\"}", "PAUSED {}");
            return Optional.of(Deed.of(call, pause(world, call), "pause " + run));
        }

        private static PauseRun.Outcome pause(World world, PauseRun call) {
            RunId run = call.runId();
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return PauseRun.Outcome.GONE;
            }
            return switch (head.get().state()) {
                case PAUSED -> PauseRun.Outcome.ALREADY;
                case COMPLETED, FAILED, CANCELLED -> PauseRun.Outcome.CLOSED;
                case SUBMITTED, RUNNING -> {
                    world.setHead(
                            run,
                            RunState.PAUSED,
                            head.get().workflowHash(),
                            head.get().deadSteps());
                    world.set(run, "paused", world.now() + " " + call.pause());
                    world.happened(run, call.event());
                    yield PauseRun.Outcome.PAUSED;
                }
            };
        }
    }

    static final class Lock implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.LOCK_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(LockRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            LockRun call = new LockRun(world.keys(), run, "op-" + random.nextInt(3), LONG);
            LockRun.Answer answer = lock(world, call);
            return Optional.of(
                    new Deed(
                            call.holder() + " locks " + run,
                            answer.toString(),
                            List.of(answer.outcome().name()),
                            line -> call.runAsync(line.scripts())));
        }

        private static LockRun.Answer lock(World world, LockRun call) {
            RunId run = call.runId();
            if (world.run(run) == null) {
                return new LockRun.Answer(LockRun.Outcome.GONE, 0, "");
            }
            String held = world.locks.get(run);
            if (held == null) {
                String before = world.field(run, "resumes");
                long token = (before.isEmpty() ? 0 : Long.parseLong(before)) + 1;
                world.set(run, "resumes", String.valueOf(token));
                held = token + " " + call.holder();
                world.locks.put(run, held);
            }
            long token = token(held);
            String holder = held.substring(held.indexOf(' ') + 1);
            return new LockRun.Answer(
                    holder.equals(call.holder()) ? LockRun.Outcome.HELD : LockRun.Outcome.LOCKED,
                    token,
                    holder);
        }
    }

    static final class Unlock implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.UNLOCK_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(UnlockRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            long token = anyToken(world, run, random);
            boolean holds = holds(world, run, token);
            if (holds) {
                world.locks.remove(run);
            }
            return Optional.of(
                    Deed.of(
                            new UnlockRun(world.keys(), run, token),
                            holds ? UnlockRun.Outcome.RELEASED : UnlockRun.Outcome.LAPSED,
                            "unlock " + run + " by " + token));
        }
    }

    static final class LockLapses implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.locks.isEmpty()) {
                return Optional.empty();
            }
            RunId run = oneOf(List.copyOf(world.locks.keySet()), random);
            world.locks.remove(run);
            byte[] key = Bytes.of(world.keys().resumeLock(run));
            return Optional.of(
                    Deed.ofRedis(
                            "the lock of " + run + " lapses",
                            line -> line.commands().del(key).toCompletableFuture()));
        }
    }

    static final class QueueIsPaused implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.PAUSE_QUEUE);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(PauseQueue.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String queue = oneOf(List.of(Flow.WORK, Flow.OTHER), random);
            String why = "{\"n\":" + random.nextInt(10) + "}";
            String old = world.pausedQueues.putIfAbsent(queue, world.now() + " " + why);
            return Optional.of(
                    Deed.of(
                            new PauseQueue(world.keys(), queue, why),
                            old == null ? PauseQueue.Outcome.PAUSED : PauseQueue.Outcome.ALREADY,
                            "pause queue " + queue));
        }
    }

    static final class QueueIsResumed implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RESUME_QUEUE);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ResumeQueue.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String queue = oneOf(List.of(Flow.WORK, Flow.OTHER), random);
            boolean was = world.pausedQueues.remove(queue) != null;
            return Optional.of(
                    Deed.of(
                            new ResumeQueue(world.keys(), queue),
                            was ? ResumeQueue.Outcome.RESUMED : ResumeQueue.Outcome.ALREADY,
                            "resume queue " + queue));
        }
    }

    static final class Resume implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RESUME_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            boolean locked = random.nextInt(4) > 0 && !world.locks.isEmpty();
            RunId run =
                    locked
                            ? oneOf(List.copyOf(world.locks.keySet()), random)
                            : world.players.rather(world, random);
            ResumeRun call =
                    new ResumeRun(
                            world.keys(),
                            run,
                            anyToken(world, run, random),
                            LONG,
                            "RESUMED {}",
                            steps(world, run, random));
            ResumeRun.Answer answer = resume(world, call);
            List<String> outcomes = new ArrayList<>(List.of(answer.run().name()));
            answer.steps().forEach(outcome -> outcomes.add(outcome.name()));
            return Optional.of(
                    new Deed(
                            "resume " + run + " by " + call.token() + " with " + call.steps(),
                            answer.toString(),
                            outcomes,
                            line -> call.runAsync(line.scripts())));
        }

        private static List<ResumeRun.Step> steps(World world, RunId run, RandomGenerator random) {
            Flow flow = world.players.flow(run);
            List<ResumeRun.Step> steps = new ArrayList<>();
            for (String name : flow.steps()) {
                StepAddress step = flow.address(run, name);
                String text = world.players.asRead(world, step, random);
                boolean published = !text.isEmpty() && !text.startsWith("PENDING");
                boolean failed = text.startsWith("DEAD") || text.startsWith("WAITING");
                if (published && random.nextInt(failed ? 2 : 10) == 0) {
                    steps.add(
                            new ResumeRun.Step(
                                    step,
                                    text,
                                    StepField.parse(text).ledgers().rebased(2, 3),
                                    flow.dependencies(name),
                                    "REDRIVEN {}"));
                }
            }
            return steps;
        }

        private static ResumeRun.Answer resume(World world, ResumeRun call) {
            RunId run = call.runId();
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return new ResumeRun.Answer(Outcome.GONE, List.of());
            }
            if (!holds(world, run, call.token())) {
                return new ResumeRun.Answer(Outcome.LOCK_LOST, List.of());
            }
            RunState state = head.get().state();
            if (state == RunState.COMPLETED || state == RunState.CANCELLED) {
                return new ResumeRun.Answer(Outcome.RUN_CLOSED, List.of());
            }
            if (state == RunState.PAUSED) {
                boolean started = !world.field(run, "started").isEmpty();
                world.setHead(
                        run,
                        started ? RunState.RUNNING : RunState.SUBMITTED,
                        head.get().workflowHash(),
                        head.get().deadSteps());
                world.unset(run, "paused");
                world.happened(run, call.event());
                String waitsFor = world.field(run, RunRetry.WAITS_FOR);
                if (!waitsFor.isEmpty()) {
                    world.timers.put(run.text(), RunRetry.parse(waitsFor).dueMillis());
                }
                world.inbox.add((started ? "settle=" : "start=") + run);
            }
            boolean late = world.field(run, "why").equals(RunDeadline.REASON);
            if (state == RunState.FAILED && late) {
                world.openAgain(run);
                world.setHead(
                        run, RunState.RUNNING, head.get().workflowHash(), head.get().deadSteps());
                world.happened(run, call.event());
                world.inbox.add("settle=" + run);
            }
            List<Outcome> outcomes =
                    call.steps().stream().map(step -> publish(world, call, step)).toList();
            return new ResumeRun.Answer(Outcome.RESUMED, outcomes);
        }

        private static Outcome publish(World world, ResumeRun call, ResumeRun.Step step) {
            RunId run = call.runId();
            String stored = world.field(run, step.address().field());
            boolean dead = stored.startsWith("DEAD ");
            if (!stored.equals(step.expected())
                    || (!dead && !stored.startsWith("WAITING_FOR_RETRY "))) {
                return Outcome.ALREADY;
            }
            RunHead head = world.head(run).orElseThrow();
            if (head.state() == RunState.FAILED) {
                world.openAgain(run);
                world.happened(run, call.event());
            }
            world.publish(
                    step.address(),
                    world.players.flow(run).announcement(step.address().step()),
                    StepField.parse(stored).nextNumber(),
                    step.ledgers());
            RunState state = head.state() == RunState.FAILED ? RunState.RUNNING : head.state();
            world.setHead(run, state, head.workflowHash(), head.deadSteps() - (dead ? 1 : 0));
            world.timers.remove(step.address().timer());
            world.happened(run, step.event());
            return Outcome.PUBLISHED;
        }
    }

    private static boolean holds(World world, RunId run, long token) {
        String held = world.locks.get(run);
        return held != null && token(held) == token;
    }

    private static long token(String held) {
        return Long.parseLong(held.substring(0, held.indexOf(' ')));
    }

    /** Mostly the right one. */
    private static long anyToken(World world, RunId run, RandomGenerator random) {
        String held = world.locks.get(run);
        long right = held == null ? 1 : token(held);
        return random.nextInt(6) == 0 ? right + 1 : right;
    }
}
