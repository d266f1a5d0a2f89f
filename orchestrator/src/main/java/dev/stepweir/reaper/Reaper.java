package dev.stepweir.reaper;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.DutyGroup;
import dev.stepweir.operator.fleet.RoleBeat;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import java.util.ArrayList;
import java.util.List;

/**
 * One reaper: looks after every partition of a namespace. Any number of them may run. Thread-safe.
 */
public final class Reaper implements AutoCloseable {

    private final String id;
    private final DutyGroup duties;

    private Reaper(String id, DutyGroup duties) {
        this.id = id;
        this.duties = duties;
    }

    /**
     * Starts one.
     *
     * @param redis stays the caller's, who closes it after the reaper
     * @throws IllegalArgumentException if living workers beat too rarely for the lease
     */
    public static Reaper start(Redis redis, Namespace namespace, ReaperConfig config) {
        LeaseTerms.checkReaper(redis, namespace, config.lease());
        String id = RoleBeat.newId("reaper");
        List<Duty> duties = new ArrayList<>();
        for (Keys keys : namespace.all()) {
            KnownQueues queues = new KnownQueues(redis, keys);
            duties.add(new Reclaimer(redis, keys, queues, config));
            duties.add(new SilentWorkers(redis, keys, queues, config.forgetAfter()));
        }
        duties.add(new RoleBeat(redis, namespace, id, config.beat()));
        DutyGroup group = new DutyGroup(duties, redis.outages()::speaksFor);
        group.start();
        return new Reaper(id, group);
    }

    /** Under which name it shows its sign of life. */
    public String id() {
        return id;
    }

    /** Stops its duties and waits for them. */
    @Override
    public void close() {
        duties.close();
    }
}
