package dev.stepweir.model;

import dev.stepweir.redis.script.ExpireRun;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What befalls a run that must have ended by some time. */
final class DeadlineActs {

    private DeadlineActs() {}

    static final class Expire implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.EXPIRE_RUN);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ExpireRun.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.anyRun(random);
            for (int i = 0; i < random.nextInt(4) && deadline(world, run).isEmpty(); i++) {
                run = world.players.anyRun(random);
            }
            ExpireRun call = new ExpireRun(world.keys(), run, "DEADLINE {}");
            return Optional.of(Deed.of(call, expire(world, call), "expire " + run));
        }

        private static Optional<RunDeadline> deadline(World world, RunId run) {
            return Optional.of(world.field(run, RunDeadline.FIELD))
                    .filter(text -> !text.isEmpty())
                    .map(RunDeadline::parse);
        }

        private static ExpireRun.Outcome expire(World world, ExpireRun call) {
            RunId run = call.runId();
            Optional<RunHead> head = world.head(run);
            Optional<RunDeadline> deadline = deadline(world, run);
            String timer = RunDeadline.timer(run);
            if (deadline.isEmpty() || !World.isUnderWay(head.orElseThrow().state())) {
                world.timers.remove(timer);
                if (head.isEmpty()) {
                    return ExpireRun.Outcome.GONE;
                }
                return deadline.isEmpty()
                        ? ExpireRun.Outcome.NO_DEADLINE
                        : ExpireRun.Outcome.RUN_CLOSED;
            }
            if (deadline.get().dueMillis() > world.now()) {
                world.timers.put(timer, deadline.get().dueMillis());
                return ExpireRun.Outcome.EARLY;
            }
            world.timers.remove(timer);
            world.close(run, RunState.FAILED, RunDeadline.REASON);
            world.happened(run, call.event());
            return ExpireRun.Outcome.EXPIRED;
        }
    }
}
