package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.ExpireRun;
import dev.stepweir.redis.script.RetryStep;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScoredValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the steps of one partition whose time has come, the longest due first, tries runs again
 * and ends those that are late. When that is, the clock of Redis says and the script checks: never
 * early, and once however many look.
 */
final class Timers implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

    /** Firing more in one go would hold up everybody else's commands. */
    private static final int PAGE = 100;

    /** When a timer that could not be served is tried again: others must not wait behind it. */
    private static final Duration SET_ASIDE = Duration.ofMinutes(1);

    private final Redis redis;
    private final Keys keys;
    private final RunStore runs;
    private final Definitions definitions;
    private final QueueGroups queues;
    private final RunRetries retries;
    private final Deadlines deadlines;
    private final Duration tick;

    /** A due timer, its step as stored, and the definition that its run is pinned to. */
    private record Due(String timer, RunId run, String step, String field, String hash) {}

    /**
     * A duty for one partition.
     *
     * @param tick longest time between two looks
     */
    Timers(Redis redis, Keys keys, Definitions definitions, QueueGroups queues, Duration tick) {
        this.redis = redis;
        this.keys = keys;
        this.runs = new RunStore(redis);
        this.definitions = definitions;
        this.queues = queues;
        this.retries = new RunRetries(redis, queues);
        this.deadlines = new Deadlines(redis);
        this.tick = tick;
    }

    @Override
    public String name() {
        return "timers-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        CompletableFuture<Long> time = RedisTime.millisAsync(redis);
        List<ScoredValue<byte[]>> page =
                RedisFutures.join(
                        redis.commands().zrangeWithScores(Bytes.of(keys.timers()), 0, PAGE - 1));
        long now = RedisFutures.join(time);
        List<String> due = new ArrayList<>();
        for (ScoredValue<byte[]> timer : page) {
            if (timer.getScore() > now) {
                break;
            }
            due.add(Bytes.text(timer.getValue()));
        }
        if (!due.isEmpty()) {
            expire(due.stream().filter(RunDeadline::isTimer).toList(), now);
            due.stream().filter(Timers::isOfRun).forEach(timer -> retryRun(timer, now));
            fire(load(due.stream().filter(Timers::isOfStep).toList(), now), now);
        }
        if (due.size() == PAGE) {
            return Tick.AGAIN;
        }
        long untilNext =
                due.size() < page.size()
                        ? (long) page.get(due.size()).getScore() - now
                        : tick.toMillis();
        return Tick.after(Duration.ofMillis(Math.min(untilNext, tick.toMillis())));
    }

    /** The timer of a run that is to be tried again is its id; others go on after it. */
    private static boolean isOfRun(String timer) {
        return timer.length() == RunId.LENGTH;
    }

    private static boolean isOfStep(String timer) {
        return !isOfRun(timer) && !RunDeadline.isTimer(timer);
    }

    /** Before all else that is due: a run that is late is not tried again. */
    private void expire(List<String> timers, long now) {
        Map<String, CompletableFuture<Object>> replies = new LinkedHashMap<>();
        for (String timer : timers) {
            replies.put(
                    timer,
                    deadlines
                            .expire(keys, timer)
                            .handle((outcome, failure) ->
                                    failure == null
                                            ? outcome
                                            : Refusals.orThrow(failure).toString()));
        }
        replies.forEach((timer, reply) -> {
            Object answer = RedisFutures.join(reply);
            if (!(answer instanceof ExpireRun.Outcome)) {
                setAside(timer, now, answer);
            }
        });
    }

    /** Few runs wait, and each costs several round trips: one after the other. */
    private void retryRun(String timer, long now) {
        try {
            RunId run = new RunId(timer);
            Map<String, String> fields =
                    runs.fields(keys, run, List.of("head", RunRetry.WAITS_FOR));
            String waitsFor = fields.getOrDefault(RunRetry.WAITS_FOR, "");
            String head = fields.get("head");
            if (head == null || waitsFor.isEmpty()) {
                LOG.debug("timer of run {}: {}", run, retries.forget(keys, run));
                return;
            }
            String hash = RunHead.parse(head).workflowHash();
            if (definitions.find(keys, Set.of(hash)).get(hash)
                    instanceof Definitions.Known(Graph graph)) {
                LOG.info("run {} again: {}", run, retries.retry(keys, run, waitsFor, graph));
            } else {
                setAside(timer, now, "its definition is unusable");
            }
        } catch (RedisException failure) {
            setAside(timer, now, Refusals.orThrow(failure).getMessage());
        } catch (RuntimeException garbled) {
            setAside(timer, now, garbled.toString());
        }
    }

    private List<Due> load(List<String> timers, long now) {
        Map<String, CompletableFuture<Due>> reads = new LinkedHashMap<>();
        for (String timer : timers) {
            reads.put(timer, load(timer));
        }
        List<Due> due = new ArrayList<>();
        reads.forEach((timer, read) -> {
            try {
                due.add(RedisFutures.join(read));
            } catch (RedisException failure) {
                setAside(timer, now, Refusals.orThrow(failure).getMessage());
            }
        });
        return due;
    }

    private CompletableFuture<Due> load(String timer) {
        if (timer.length() < RunId.LENGTH + 2) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("not a timer"));
        }
        String step = timer.substring(RunId.LENGTH + 1);
        RunId run;
        try {
            run = new RunId(timer.substring(0, RunId.LENGTH));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        return runs.fieldsAsync(keys, run, List.of("head", StepFields.state(step)))
                .thenApply(fields -> {
                    String head = fields.getOrDefault("head", "");
                    String field = fields.getOrDefault(StepFields.state(step), "");
                    String hash = head.isEmpty() ? "" : RunHead.parse(head).workflowHash();
                    return new Due(timer, run, step, field, hash);
                });
    }

    private void fire(List<Due> due, long now) {
        Set<String> hashes =
                due.stream()
                        .map(Due::hash)
                        .filter(hash -> !hash.isEmpty())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Definitions.Found> found = definitions.find(keys, hashes);
        Map<Due, CompletableFuture<Object>> replies = new LinkedHashMap<>();
        for (Due each : due) {
            if (each.hash().isEmpty()) {
                replies.put(each, send(each, "", List.of()));
            } else if (found.get(each.hash()) instanceof Definitions.Known(Graph graph)
                    && graph.contains(each.step())) {
                String handler = graph.step(each.step()).handler();
                replies.put(each, send(each, handler, graph.dependencies(each.step())));
            } else {
                replies.put(each, CompletableFuture.completedFuture("its definition is unusable"));
            }
        }
        replies.forEach((each, reply) -> {
            Object answer = RedisFutures.join(reply);
            if (!(answer instanceof RetryStep.Outcome)) {
                setAside(each.timer(), now, answer);
            }
        });
    }

    /** Answers with an outcome, or with why it cannot be done. */
    private CompletableFuture<Object> send(Due due, String handler, List<String> dependencies) {
        CompletableFuture<RetryStep.Outcome> reply;
        try {
            StepField field =
                    due.field().isEmpty() ? StepField.ABSENT : StepField.parse(due.field());
            StepAddress step = StepAddress.of(due.run(), due.step(), handler, field.ledgers());
            if (!handler.isEmpty()) {
                queues.ensure(keys, step);
            }
            RetryStep retry = new RetryStep(keys, step, due.field(), dependencies);
            reply = retry.runAsync(redis.scripts());
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
            return CompletableFuture.completedFuture(garbled.toString());
        } catch (RedisException noQueue) {
            reply = CompletableFuture.failedFuture(noQueue);
        }
        return reply.handle((outcome, failure) ->
                failure == null ? outcome : String.valueOf(Refusals.orThrow(failure).getMessage()));
    }

    private void setAside(String timer, long now, @Nullable Object why) {
        LOG.warn(
                "timer '{}' cannot be served, tried again in {} s: {}",
                timer,
                SET_ASIDE.toSeconds(),
                why);
        long later = now + SET_ASIDE.toMillis();
        var unused = new SetTimer(keys, timer, later, SetTimer.Only.LATER).run(redis.scripts());
    }
}
