package dev.stepweir.proof;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.testkit.PrivateRedis;
import dev.stepweir.testkit.TestRedis;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Does, one after another and by a seed, what befalls processes, networks and Redis. */
final class Nemesis {

    /** An act, and how often it is chosen. */
    private enum Act {
        KILL(30),
        HALT(8),
        TERMINATE(8),
        CUT(8),
        LOSE_REPLY(14),
        FREEZE(4),
        FORGET_SCRIPTS(6),
        DELETE_STREAMS(4),
        DESTROY_GROUPS(4),
        COPY_ENTRIES(4),
        DELETE_TIMERS(2),
        KILL_REDIS(4),
        HALT_REDIS(3);

        private final int weight;

        Act(int weight) {
            this.weight = weight;
        }
    }

    private static final int SUM = List.of(Act.values()).stream().mapToInt(a -> a.weight).sum();

    /** Rather those of the hot path. */
    private static final List<Script> LOSABLE =
            List.of(
                    Script.ADVANCE_STEPS,
                    Script.ADVANCE_STEPS,
                    Script.ADVANCE_STEPS,
                    Script.FAIL_STEP,
                    Script.START_RUN,
                    Script.RETRY_STEP,
                    Script.REAP_STEP,
                    Script.HEARTBEAT,
                    Script.RECONCILE_STEP);

    private final Random random;
    private final TestRedis server;
    private final Namespace namespace;
    private final Troupe troupe;
    private final RareEvents events;
    private final Map<String, Integer> acts = new TreeMap<>();

    Nemesis(long seed, TestRedis server, Namespace namespace, Troupe troupe, RareEvents events) {
        this.random = new Random(seed);
        this.server = server;
        this.namespace = namespace;
        this.troupe = troupe;
        this.events = events;
    }

    void strike() throws InterruptedException {
        Act act = choose();
        acts.merge(act.name(), 1, Integer::sum);
        try {
            perform(act);
        } catch (RedisException away) {
            acts.merge("Redis was away", 1, Integer::sum);
        }
        troupe.members().forEach(Troupe.Member::revive);
    }

    private Act choose() {
        int left = random.nextInt(SUM);
        for (Act act : Act.values()) {
            left -= act.weight;
            if (left < 0) {
                return act;
            }
        }
        throw new IllegalStateException("weights");
    }

    private void perform(Act act) throws InterruptedException {
        Troupe.Member victim = troupe.members().get(random.nextInt(troupe.members().size()));
        PrivateRedis redis = server.server();
        switch (act) {
            case KILL -> victim.kill();
            case HALT -> {
                victim.halt();
                pass(100, 2_500);
                victim.goOn();
            }
            case TERMINATE -> victim.terminate();
            case CUT -> victim.network().cut();
            case LOSE_REPLY -> events.loseReply(LOSABLE.get(random.nextInt(LOSABLE.size())));
            case FREEZE -> {
                victim.network().freeze();
                pass(100, 1_500);
                victim.network().thaw();
            }
            case FORGET_SCRIPTS -> server.commands().scriptFlush();
            case DELETE_STREAMS -> eachStream((commands, stream) -> commands.del(stream));
            case DESTROY_GROUPS -> eachStream(Nemesis::destroyGroups);
            case COPY_ENTRIES -> eachStream(Nemesis::copyEntries);
            case DELETE_TIMERS ->
                    namespace.all().forEach(keys -> server.commands().del(keys.timers()));
            case KILL_REDIS -> {
                redis.kill();
                pass(0, 1_000);
                redis.startAgain();
            }
            case HALT_REDIS -> {
                redis.pause();
                pass(100, 1_500);
                redis.resume();
            }
        }
    }

    /** Something done to a stream. */
    @FunctionalInterface
    private interface StreamAct {
        void to(RedisCommands<String, String> commands, String stream);
    }

    private void eachStream(StreamAct act) {
        for (Keys keys : namespace.all()) {
            act.to(server.commands(), keys.queue(Witness.HANDLER));
            if (random.nextBoolean()) {
                act.to(server.commands(), keys.inbox());
            }
        }
    }

    private static void destroyGroups(RedisCommands<String, String> commands, String stream) {
        if (commands.exists(stream) == 1) {
            commands.xgroupDestroy(stream, Keys.WORKER_GROUP);
            commands.xgroupDestroy(stream, Keys.ORCHESTRATOR_GROUP);
        }
    }

    private static void copyEntries(RedisCommands<String, String> commands, String stream) {
        commands.xrange(stream, Range.unbounded()).stream()
                .filter(entry -> entry.getBody().containsKey(QueueEntry.FIELD))
                .limit(20)
                .forEach(entry -> commands.xadd(stream, entry.getBody()));
    }

    private void pass(int least, int most) throws InterruptedException {
        Stack.pass(Duration.ofMillis(least + random.nextInt(most - least)));
    }

    /** What it did, and how often. */
    Map<String, Integer> acts() {
        return acts;
    }
}
