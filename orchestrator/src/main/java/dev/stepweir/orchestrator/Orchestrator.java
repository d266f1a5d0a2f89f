package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.DutyGroup;
import dev.stepweir.operator.fleet.RoleBeat;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import java.util.ArrayList;
import java.util.List;

/**
 * One orchestrator: the duties of every partition of a namespace, each on a thread of its own. Any
 * number of them may run. Thread-safe.
 */
public final class Orchestrator implements AutoCloseable {

    private final String id;
    private final DutyGroup duties;

    private Orchestrator(String id, DutyGroup duties) {
        this.id = id;
        this.duties = duties;
    }

    /**
     * Starts one.
     *
     * @param redis stays the caller's, who closes it after the orchestrator
     */
    public static Orchestrator start(Redis redis, Namespace namespace, OrchestratorConfig config) {
        String id = RoleBeat.newId("orchestrator");
        QueueGroups queues = new QueueGroups(redis);
        Definitions definitions = new Definitions(redis);
        RunStarter starter = new RunStarter(redis, definitions, queues);
        InboxEntries entries = new InboxEntries(redis, starter);
        StepRepair repair = new StepRepair(redis, queues);
        List<Duty> duties = new ArrayList<>();
        for (Keys keys : namespace.all()) {
            duties.add(new Inbox(redis, keys, entries, id, config.inboxBlock()));
            duties.add(new InboxRescue(redis, keys, entries, id, config.inboxRescue()));
            duties.add(new Timers(redis, keys, definitions, queues, config.timerTick()));
            duties.add(
                    new Reconciler(
                            redis,
                            keys,
                            definitions,
                            starter,
                            repair,
                            config.reconcilePause(),
                            config.reconcilePage()));
            duties.add(
                    new UnknownHandlers(
                            redis,
                            keys,
                            definitions,
                            config.handlerPatience(),
                            () -> System.nanoTime() / 1_000_000));
            duties.add(Retention.duty(redis, keys, config));
        }
        ParkedSteps parked = new ParkedSteps(redis, definitions, queues);
        duties.add(new BreakerKeeper(redis, namespace, id, parked));
        duties.add(new RoleBeat(redis, namespace, id, config.beat()));
        DutyGroup group = new DutyGroup(duties, redis.outages()::speaksFor);
        group.start();
        return new Orchestrator(id, group);
    }

    /** Under which name it shows its sign of life. */
    public String id() {
        return id;
    }

    /** Stops its duties and waits for them; what is under way is finished. */
    @Override
    public void close() {
        duties.close();
    }
}
