package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RelistRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScoredValueScanCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the open runs of one partition and repairs what was lost on the way: doorbells, entries,
 * groups, whole streams, timers, listings. The stored state of a run is the truth, and everything
 * else can be made anew from it.
 *
 * <p>Steady walking costs one read per run and one short command per ready step, a page at a time
 * with pauses that grow with the number of steps read. Only while something turns out to be lost
 * does it go on at once.
 */
final class Reconciler implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** Steps whose reading one pause pays for, and that are looked at together. */
    private static final int STEPS_PER_PAUSE = 2_000;

    private final Redis redis;
    private final Keys keys;
    private final Definitions definitions;
    private final RunStarter starter;
    private final RunReads reads;
    private final StepRepair repair;
    private final Deadlines deadlines;
    private final Duration pause;
    private final ScanArgs page;
    private ScanCursor cursor = ScanCursor.INITIAL;

    /**
     * A duty for one partition.
     *
     * @param pause time between two pages
     * @param pageSize runs on a page
     */
    Reconciler(
            Redis redis,
            Keys keys,
            Definitions definitions,
            RunStarter starter,
            StepRepair repair,
            Duration pause,
            int pageSize) {
        this.redis = redis;
        this.keys = keys;
        this.definitions = definitions;
        this.starter = starter;
        this.reads = new RunReads(redis);
        this.repair = repair;
        this.deadlines = new Deadlines(redis);
        this.pause = pause;
        this.page = ScanArgs.Builder.limit(pageSize);
    }

    @Override
    public String name() {
        return "reconciler-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        ScoredValueScanCursor<byte[]> scanned =
                RedisFutures.join(redis.commands().zscan(Bytes.of(keys.openRuns()), cursor, page));
        List<RunId> listed = ids(scanned.getValues());
        RunReads.Heads read = reads.heads(keys, listed);
        Map<RunId, RunHead> heads = read.found();
        relist(read);
        List<RunId> blocked = new ArrayList<>();
        int steps = 0;
        int published = 0;
        Map<RunId, Graph> some = new LinkedHashMap<>();
        int someSteps = 0;
        Map<RunId, Graph> started = started(heads);
        deadlines.keep(keys, started);
        started.keySet().retainAll(inState(heads, RunState.RUNNING));
        for (Map.Entry<RunId, Graph> run : started.entrySet()) {
            some.put(run.getKey(), run.getValue());
            someSteps += run.getValue().size();
            if (someSteps >= STEPS_PER_PAUSE) {
                published += repair.repair(keys, some, blocked);
                steps += someSteps;
                some.clear();
                someSteps = 0;
            }
        }
        published += repair.repair(keys, some, blocked);
        starter.take(keys, inState(heads, RunState.SUBMITTED), blocked);
        cursor = scanned.isFinished() ? ScanCursor.INITIAL : scanned;
        if (published > 0) {
            LOG.info(
                    "partition {}: {} ready steps had lost their entries and are published again",
                    keys.partition(),
                    published);
            return Tick.AGAIN;
        }
        return Tick.after(pause.multipliedBy(1 + steps / STEPS_PER_PAUSE));
    }

    private List<RunId> ids(List<ScoredValue<byte[]>> members) {
        List<RunId> ids = new ArrayList<>();
        for (ScoredValue<byte[]> member : members) {
            try {
                ids.add(new RunId(Bytes.text(member.getValue())));
            } catch (IllegalArgumentException e) {
                LOG.warn("removed from the open runs: {}", e.getMessage());
                RedisFutures.join(
                        redis.commands().zrem(Bytes.of(keys.openRuns()), member.getValue()));
            }
        }
        return ids;
    }

    /** Takes off the list of open runs what is closed or gone; the script looks again. */
    private void relist(RunReads.Heads heads) {
        List<RunId> wrong = new ArrayList<>(heads.absent());
        heads.found()
                .forEach((run, head) -> {
                    if (head.state().isClosed()) {
                        wrong.add(run);
                    }
                });
        List<CompletableFuture<?>> replies = new ArrayList<>();
        wrong.forEach(run ->
                replies.add(
                        Refusals.logged(run, new RelistRun(keys, run).runAsync(redis.scripts()))));
        replies.forEach(RedisFutures::join);
    }

    private Map<RunId, Graph> started(Map<RunId, RunHead> heads) {
        Map<String, Definitions.Found> found =
                definitions.find(
                        keys,
                        heads.values().stream()
                                .filter(Reconciler::isUnderWay)
                                .map(RunHead::workflowHash)
                                .collect(Collectors.toSet()));
        Map<RunId, Graph> started = new LinkedHashMap<>();
        heads.forEach((run, head) -> {
            if (isUnderWay(head)
                    && found.get(head.workflowHash()) instanceof Definitions.Known(Graph graph)) {
                started.put(run, graph);
            }
        });
        return started;
    }

    private static boolean isUnderWay(RunHead head) {
        return head.state() == RunState.RUNNING || head.state() == RunState.PAUSED;
    }

    private static Set<RunId> inState(Map<RunId, RunHead> heads, RunState state) {
        return heads.entrySet().stream()
                .filter(run -> run.getValue().state() == state)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
