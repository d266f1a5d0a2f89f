package dev.stepweir.operator.resume;

import dev.stepweir.operator.resume.ResumeOutcome.LockLost;
import dev.stepweir.operator.resume.ResumeOutcome.NoSuchRun;
import dev.stepweir.operator.resume.ResumeOutcome.Over;
import dev.stepweir.operator.resume.ResumeOutcome.Resumed;
import dev.stepweir.operator.resume.ResumePlan.Act;
import dev.stepweir.operator.resume.ResumePlan.Item;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.LockRun;
import dev.stepweir.redis.script.ReconcileStep;
import dev.stepweir.redis.script.ResumeRun;
import dev.stepweir.redis.script.UnlockRun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The right to resume one run. Its token is checked by the very scripts that act, so a holder whose
 * lock has lapsed changes nothing any more. For one thread.
 */
public final class ResumeLock implements AutoCloseable {

    private final Resumes resumes;
    private final RunId run;
    private final Holder holder;
    private final long token;

    ResumeLock(Resumes resumes, RunId run, Holder holder, long token) {
        this.resumes = resumes;
        this.run = run;
        this.holder = holder;
        this.token = token;
    }

    /** The run that it locks. */
    public RunId run() {
        return run;
    }

    /** Rises with every holder of the run's lock. */
    public long token() {
        return token;
    }

    public Holder holder() {
        return holder;
    }

    /** How long the lock lasts unless it is renewed. */
    public Duration lease() {
        return resumes.lease();
    }

    /** Makes the lock last for its whole lease again; false when it is lost. */
    public boolean renew() {
        LockRun again = new LockRun(resumes.keys(run), run, holder.text(), resumes.lease());
        LockRun.Answer answer =
                redis().retrying(() -> RedisFutures.join(again.runAsync(redis().scripts())));
        if (answer.outcome() != LockRun.Outcome.HELD) {
            return false;
        }
        if (answer.token() != token) {
            // It had lapsed, and asking has taken it anew: what was done in between is not known.
            unlock(answer.token());
            return false;
        }
        return true;
    }

    /**
     * Takes the run up, with the first of the steps that failed or are dead in the same call: a run
     * that is taken up without them is blocked, and may be settled before they come. Then what is
     * pending is announced, and the other steps are published.
     *
     * @param reason for the record, may be empty
     */
    public ResumeOutcome resume(ResumeOptions options, String reason) {
        Optional<Remains> read = resumes.read(run);
        if (read.isEmpty()) {
            return new NoSuchRun();
        }
        Remains remains = read.get();
        ResumePlan plan = new ResumePlanner(remains, options).plan();
        String event = HistoryEvent.record(HistoryEvent.RESUMED, told(plan, reason));
        List<List<ResumeRun.Step>> toPublish =
                chunks(plan, Act.PUBLISH).stream()
                        .map(some ->
                                some.stream().map(i -> step(remains, i, options, reason)).toList())
                        .toList();
        ResumeRun.Answer answer =
                send(event, toPublish.isEmpty() ? List.of() : toPublish.getFirst());
        List<ResumeRun.Outcome> published = new ArrayList<>(answer.steps());
        Optional<ResumeOutcome> refused = refusal(answer.run(), remains);
        if (refused.isPresent()) {
            return refused.get();
        }
        List<ReconcileStep.Outcome> ready = new ArrayList<>();
        for (List<Item> some : chunks(plan, Act.ANNOUNCE)) {
            if (!renew()) {
                return new LockLost();
            }
            ready.addAll(announce(remains, some));
        }
        for (int chunk = 1; chunk < toPublish.size(); chunk++) {
            answer = send(event, toPublish.get(chunk));
            refused = refusal(answer.run(), remains);
            if (refused.isPresent()) {
                return refused.get();
            }
            published.addAll(answer.steps());
        }
        int announced = Collections.frequency(ready, ReconcileStep.Outcome.PUBLISHED);
        int known = Collections.frequency(published, ResumeRun.Outcome.ALREADY);
        int moved = known + (int) ready.stream().filter(ResumeLock::hasMovedOn).count();
        return new Resumed(plan, announced, published.size() - known, moved);
    }

    /** Whoever settles the run once it is taken up may have announced the step before us. */
    private static boolean hasMovedOn(ReconcileStep.Outcome outcome) {
        return switch (outcome) {
            case ALREADY, STALE, RUN_CLOSED, GONE -> true;
            case HELD, QUEUED, PUBLISHED, PAUSED -> false;
        };
    }

    private Map<String, Object> told(ResumePlan plan, String reason) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("by", holder.by());
        told.put("reason", reason);
        told.put("generation", token);
        told.put("pending", plan.pending());
        told.put("failed", plan.failed());
        told.put("dead", plan.dead());
        told.put("duplicates", plan.duplicates());
        return told;
    }

    private ResumeRun.Answer send(String event, List<ResumeRun.Step> steps) {
        ResumeRun resume =
                new ResumeRun(resumes.keys(run), run, token, resumes.lease(), event, steps);
        return redis().retrying(() -> RedisFutures.join(resume.runAsync(redis().scripts())));
    }

    private Optional<ResumeOutcome> refusal(ResumeRun.Outcome outcome, Remains remains) {
        return switch (outcome) {
            case RESUMED, PUBLISHED, ALREADY -> Optional.empty();
            case LOCK_LOST -> Optional.of(new LockLost());
            case RUN_CLOSED ->
                    Optional.of(new Over(resumes.read(run).orElse(remains).head().state()));
            case GONE -> Optional.of(new NoSuchRun());
        };
    }

    private static List<List<Item>> chunks(ResumePlan plan, Act act) {
        List<Item> items = plan.items().stream().filter(item -> item.act() == act).toList();
        List<List<Item>> chunks = new ArrayList<>();
        for (int first = 0; first < items.size(); first += ResumeRun.MOST_STEPS) {
            int end = Math.min(first + ResumeRun.MOST_STEPS, items.size());
            chunks.add(items.subList(first, end));
        }
        return chunks;
    }

    private ResumeRun.Step step(Remains remains, Item item, ResumeOptions options, String reason) {
        Ledgers ledgers = remains.forgiven(item.step(), options);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("step", item.step());
        told.put("by", holder.by());
        told.put("reason", reason);
        told.put("generation", token);
        return new ResumeRun.Step(
                remains.address(item.step(), ledgers),
                remains.text(item.step()),
                ledgers,
                remains.graph().dependencies(item.step()),
                HistoryEvent.record(HistoryEvent.REDRIVEN, told));
    }

    /** As the reconciler does, which would come by later: an entry that is there stays. */
    private List<ReconcileStep.Outcome> announce(Remains remains, List<Item> items) {
        List<ReconcileStep> calls = new ArrayList<>();
        for (Item item : items) {
            String event =
                    HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of("step", item.step()));
            calls.add(
                    new ReconcileStep(
                            resumes.keys(run),
                            remains.address(item.step(), remains.field(item.step()).ledgers()),
                            remains.text(item.step()),
                            remains.graph().dependencies(item.step()),
                            event));
        }
        return redis().retrying(() -> {
            // All are sent before the first is waited for.
            List<CompletableFuture<ReconcileStep.Outcome>> replies =
                    calls.stream().map(call -> call.runAsync(redis().scripts())).toList();
            return replies.stream().map(RedisFutures::join).toList();
        });
    }

    private Redis redis() {
        return resumes.redis();
    }

    @Override
    public void close() {
        unlock(token);
    }

    private void unlock(long held) {
        UnlockRun unlock = new UnlockRun(resumes.keys(run), run, held);
        var unused = redis().retrying(() -> unlock.run(redis().scripts()));
    }
}
