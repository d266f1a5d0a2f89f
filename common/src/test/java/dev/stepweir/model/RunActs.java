package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.redis.script.RelistRun;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.SettleRun;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.redis.script.WatchRun;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What befalls a run as a whole. */
final class RunActs {

    private RunActs() {}

    static final class Submit implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.SUBMIT_RUN);
        }

        @Override
        public Set<String> outcomes() {
            Set<String> outcomes = Repertoire.names(SubmitRun.Outcome.class);
            outcomes.remove(SubmitRun.Outcome.KEY_TAKEN.name());
            return outcomes;
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.anyRun(random);
            boolean same = world.run(run) != null && random.nextInt(4) > 0;
            Flow flow = same ? world.players.flow(run) : oneOf(Flow.ALL, random);
            boolean sends = random.nextInt(3) > 0;
            String input = "\"" + "i".repeat(random.nextInt(10) == 0 ? 5_000 : 3) + "\"";
            String watch = random.nextInt(4) == 0 ? "client-1" : "";
            SubmitRun call =
                    new SubmitRun(
                            world.keys(),
                            run,
                            flow.hash(),
                            sends ? flow.json() : Bytes.EMPTY,
                            flow.workflow().name(),
                            Bytes.of(input),
                            watch);
            String words = "submit " + run + " as " + flow.workflow().name();
            return Optional.of(Deed.of(call, submit(world, run, flow, sends, input, watch), words));
        }

        private static SubmitRun.Outcome submit(
                World world, RunId run, Flow flow, boolean sends, String input, String watch) {
            Optional<RunHead> head = world.head(run);
            if (head.isPresent()) {
                return head.get().workflowHash().equals(flow.hash())
                        ? SubmitRun.Outcome.ALREADY
                        : SubmitRun.Outcome.CONFLICT;
            }
            Map<String, String> workflow =
                    world.workflows.getOrDefault(flow.hash(), new TreeMap<>());
            if (!workflow.containsKey("json")) {
                if (!sends) {
                    return SubmitRun.Outcome.UNKNOWN_WORKFLOW;
                }
                workflow.put("json", Bytes.text(flow.json()));
                workflow.put("name", flow.workflow().name());
            }
            workflow.merge("runs", "1", (old, one) -> String.valueOf(Long.parseLong(old) + 1));
            world.workflows.put(flow.hash(), workflow);
            boolean large = input.length() > 4_096;
            world.runs.put(run, new TreeMap<>());
            world.setHead(run, RunState.SUBMITTED, flow.hash(), 0);
            world.set(run, "name", flow.workflow().name());
            world.set(run, "submitted", String.valueOf(world.now()));
            world.set(run, "input", large ? "@" : "=" + input);
            if (large) {
                world.blobs.put(world.keys().blob(run, "input"), input);
            }
            if (!watch.isEmpty()) {
                world.set(run, "watch", watch);
            }
            world.list(RunState.SUBMITTED).put(run.text(), world.now());
            world.inbox.add("start=" + run);
            world.players.accepted(run, flow);
            return SubmitRun.Outcome.ACCEPTED;
        }
    }

    static final class Start implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.START_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(StartRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            Flow flow = world.players.flow(run);
            String refusal = random.nextInt(15) == 0 ? "no such handler" : "";
            List<StartRun.Root> roots =
                    flow.roots().stream()
                            .map(step -> new StartRun.Root(step, flow.address(run, step).queue()))
                            .toList();
            Optional<Duration> timeout =
                    random.nextInt(8) == 0
                            ? Optional.of(Duration.ofMillis(random.nextInt(4) * 200L))
                            : Optional.empty();
            StartRun call = new StartRun(world.keys(), run, refusal, timeout, flow.queues(), roots);
            return Optional.of(
                    Deed.of(call, start(world, flow, call), "start " + run + " " + timeout));
        }

        private static StartRun.Outcome start(World world, Flow flow, StartRun call) {
            RunId run = call.runId();
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return StartRun.Outcome.GONE;
            }
            if (head.get().state() != RunState.SUBMITTED) {
                return StartRun.Outcome.ALREADY;
            }
            if (!call.refusal().isEmpty()) {
                world.close(run, RunState.FAILED, call.refusal());
                return StartRun.Outcome.REFUSED;
            }
            world.set(run, "started", String.valueOf(world.now()));
            if (flow.steps().isEmpty()) {
                world.close(run, RunState.COMPLETED, "");
                return StartRun.Outcome.COMPLETED;
            }
            world.queueNames.addAll(flow.queues());
            for (String root : flow.roots()) {
                world.publish(flow.address(run, root), flow.announcement(root), 1, Ledgers.NONE);
            }
            world.setHead(run, RunState.RUNNING, flow.hash(), 0);
            call.timeout().ifPresent(time -> world.setDeadline(run, time));
            return StartRun.Outcome.STARTED;
        }
    }

    static final class Settle implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.SETTLE_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(SettleRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            for (int i = 0; i < 4 && !hasDeaths(world, run); i++) {
                run = world.players.anyRun(random);
            }
            Flow flow = world.players.flow(run);
            SettleRun call = new SettleRun(world.keys(), run, flow.steps());
            return Optional.of(Deed.of(call, settle(world, run, flow), "settle " + run));
        }

        private static boolean hasDeaths(World world, RunId run) {
            return world.head(run).filter(head -> head.deadSteps() > 0).isPresent();
        }

        private static SettleRun.Outcome settle(World world, RunId run, Flow flow) {
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return SettleRun.Outcome.GONE;
            }
            if (head.get().state() != RunState.RUNNING) {
                return SettleRun.Outcome.ALREADY;
            }
            List<String> states =
                    flow.steps().stream()
                            .map(step -> world.field(run, StepFields.state(step)).split(" ")[0])
                            .toList();
            boolean moving =
                    Stream.of("READY", "WAITING_FOR_RETRY", "PARKED").anyMatch(states::contains);
            if (moving || !states.contains("DEAD")) {
                return SettleRun.Outcome.MOVING;
            }
            world.close(run, RunState.FAILED, SettleRun.BLOCKED_BY_FAILURES);
            return SettleRun.Outcome.FAILED;
        }
    }

    static final class Cancel implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.CANCEL_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(CancelRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            CancelRun call = new CancelRun(world.keys(), run, "ada: enough", "CANCELLED {}");
            return Optional.of(Deed.of(call, cancel(world, run), "cancel " + run));
        }

        private static CancelRun.Outcome cancel(World world, RunId run) {
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return CancelRun.Outcome.GONE;
            }
            if (head.get().state() == RunState.CANCELLED) {
                return CancelRun.Outcome.ALREADY;
            }
            if (head.get().state() == RunState.COMPLETED) {
                return CancelRun.Outcome.COMPLETED;
            }
            world.list(RunState.FAILED).remove(run.text());
            world.close(run, RunState.CANCELLED, "ada: enough");
            world.happened(run, "CANCELLED {}");
            return CancelRun.Outcome.CANCELLED;
        }
    }

    static final class Purge implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.PURGE_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(PurgeRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            Flow flow = world.players.flow(run);
            RunState stored = world.head(run).map(RunHead::state).orElse(RunState.COMPLETED);
            RunState state =
                    random.nextInt(6) == 0 ? oneOf(List.of(RunState.values()), random) : stored;
            long before = random.nextInt(3) == 0 ? world.now() - 100_000 : world.now() + 1;
            List<String> blobs =
                    Optional.ofNullable(world.run(run)).orElse(Map.of()).entrySet().stream()
                            .filter(field -> field.getValue().equals("@"))
                            .map(Map.Entry::getKey)
                            .toList();
            List<String> letters =
                    flow.steps().stream().map(s -> flow.address(run, s).letterId()).toList();
            PurgeRun call =
                    new PurgeRun(world.keys(), run, state, flow.hash(), before, "", blobs, letters);
            PurgeRun.Outcome expected = purge(world, call);
            return Optional.of(Deed.of(call, expected, "purge " + run + " as " + state));
        }

        private static PurgeRun.Outcome purge(World world, PurgeRun call) {
            RunId run = call.runId();
            Map<String, Long> finished = world.list(call.state());
            Long closedAt = finished.get(run.text());
            if (world.run(run) == null) {
                finished.remove(run.text());
                return PurgeRun.Outcome.GONE;
            }
            if (closedAt == null || world.field(run, "finished").isEmpty()) {
                return PurgeRun.Outcome.OPEN;
            }
            if (closedAt >= call.finishedBeforeMillis()) {
                return PurgeRun.Outcome.YOUNG;
            }
            call.letters().forEach(world::removeLetter);
            call.blobs().forEach(field -> world.blobs.remove(world.keys().blob(run, field)));
            world.runs.remove(run);
            world.histories.remove(run);
            finished.remove(run.text());
            Map<String, String> workflow = world.workflows.remove(call.workflowHash());
            Map<String, String> counted = workflow == null ? Map.of() : workflow;
            long left = Long.parseLong(counted.getOrDefault("runs", "0")) - 1;
            if (workflow != null && left > 0) {
                workflow.put("runs", String.valueOf(left));
                world.workflows.put(call.workflowHash(), workflow);
            }
            return PurgeRun.Outcome.PURGED;
        }
    }

    static final class Relist implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RELIST_RUN);
        }

        @Override
        public Set<String> outcomes() {
            Set<String> met = Repertoire.names(RelistRun.Outcome.class);
            // Of no state that there is in this world.
            met.remove(RelistRun.Outcome.UNKNOWN.name());
            return met;
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            RelistRun call = new RelistRun(world.keys(), run);
            return Optional.of(Deed.of(call, relist(world, run), "relist " + run));
        }

        private static RelistRun.Outcome relist(World world, RunId run) {
            Optional<RunState> state = world.head(run).map(RunHead::state);
            Optional<String> right = state.map(world.keys()::runsIn);
            for (RunState other : RunState.values()) {
                if (!right.equals(Optional.of(world.keys().runsIn(other)))) {
                    world.list(other).remove(run.text());
                }
            }
            if (state.isEmpty()) {
                return RelistRun.Outcome.GONE;
            }
            boolean closed = state.get().isClosed();
            String since = world.field(run, closed ? "finished" : "submitted");
            long score = since.isEmpty() ? 0 : Long.parseLong(since);
            world.list(state.get()).putIfAbsent(run.text(), score);
            return closed ? RelistRun.Outcome.CLOSED : RelistRun.Outcome.OPEN;
        }
    }

    static final class Watch implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.WATCH_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Set.of("open", "closed", "none");
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            String channel = "client-" + random.nextInt(3);
            WatchRun call = new WatchRun(world.keys(), run, channel);
            Optional<RunHead> head = world.head(run);
            String outcome = head.map(h -> h.state().isClosed() ? "closed" : "open").orElse("none");
            String watch = world.field(run, "watch");
            if (outcome.equals("open") && !List.of(watch.split(" ")).contains(channel)) {
                world.set(run, "watch", (watch + " " + channel).strip());
            }
            return Optional.of(
                    new Deed(
                            "watch " + run,
                            head.toString(),
                            List.of(outcome),
                            line -> call.runAsync(line.scripts())));
        }
    }
}
