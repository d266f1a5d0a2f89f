package dev.stepweir.once;

import dev.stepweir.json.CanonicalJson;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.redis.script.ClaimKey;
import dev.stepweir.redis.script.DeferStep;
import dev.stepweir.redis.script.KeepResult;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.KeyClaim;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Idempotency;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that steps of several runs share: claimed before the handler is called, and given a result
 * before the commit. The two are in different partitions; what a crash separates is put together by
 * the next attempt, which finds the result and commits it. Thread-safe.
 */
public final class SharedKeys {

    /** What a claim that nobody finishes is kept for: longer than any attempt may take. */
    static final Duration UNFINISHED = Duration.ofDays(31);

    private static final Logger log = LoggerFactory.getLogger(SharedKeys.class);
    private static final Duration SHORTEST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;

    /** What a step finds under its key. */
    public sealed interface Found {

        /** It is this execution's to do. */
        record Mine(String key, KeyClaim claim, long token) implements Found {}

        /** It has been done, with this output; {@code null} in JSON for none. */
        record Done(byte[] output) implements Found {}

        /** Another run is at it. */
        record Held(String key, KeyClaim holder, Duration look) implements Found {}
    }

    public SharedKeys(Redis redis, Namespace namespace, RunStore runs) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = runs;
    }

    /**
     * Claims the key of a step.
     *
     * @param input what flows into the step, as JSON
     */
    public Found claim(Dispatched work, Idempotency declared, byte[] input)
            throws InterruptedException {
        String key = declared.keyFor(CanonicalJson.hash(input));
        KeyClaim mine = new KeyClaim(work.step().run(), work.dispatch(), work.step().step());
        String over = "";
        while (true) {
            ClaimKey call = new ClaimKey(keys(key), key, mine, over, UNFINISHED);
            ClaimKey.Answer answer =
                    Persistence.ask(() -> RedisFutures.join(call.runAsync(redis.scripts())));
            switch (answer.outcome()) {
                case CLAIMED -> {
                    return new Found.Mine(key, mine, answer.token());
                }
                case DONE -> {
                    return new Found.Done(StoredValue.value(answer.result()));
                }
                case HELD -> {
                    KeyClaim holder = KeyClaim.parse(answer.holder());
                    if (!Persistence.ask(() -> isOver(holder))) {
                        return new Found.Held(key, holder, look(answer.age()));
                    }
                    over = answer.holder();
                }
            }
        }
    }

    /**
     * The dispatch that claimed is the lease: once it is not current any more it never is again.
     */
    private boolean isOver(KeyClaim claim) {
        String field = StepFields.state(claim.step());
        Map<String, String> stored =
                runs.fields(namespace.keys(claim.run()), claim.run(), List.of("head", field));
        String head = stored.get("head");
        if (head == null || RunHead.parse(head).state().isClosed()) {
            return true;
        }
        String current = stored.getOrDefault(field, "");
        String ready = "READY " + claim.dispatch();
        return !current.equals(ready) && !current.startsWith(ready + " ");
    }

    /** The longer it has been held, the later it is looked at again. */
    private static Duration look(Duration age) {
        Duration half = age.dividedBy(2);
        Duration delay =
                half.compareTo(SHORTEST) < 0
                        ? SHORTEST
                        : half.compareTo(LONGEST) > 0 ? LONGEST : half;
        return delay.plusMillis(ThreadLocalRandom.current().nextLong(delay.toMillis() / 4));
    }

    /** Keeps the result, however long Redis is away. A claim that was lost keeps nothing. */
    public void keep(Found.Mine mine, Idempotency declared, byte[] output)
            throws InterruptedException {
        KeepResult call =
                new KeepResult(keys(mine.key()), mine.key(), mine.claim(), output, declared.ttl());
        KeepResult.Outcome outcome = Persistence.ask(() -> call.run(redis.scripts()));
        if (outcome == KeepResult.Outcome.LOST) {
            log.info("result not shared, its key was lost: {}", mine.claim().text());
        }
    }

    /** Puts a step off until the key is looked at again; repeated while Redis is away. */
    public void defer(String worker, Dispatched work, Found.Held held) throws InterruptedException {
        Dispatch dispatch = work.dispatch();
        DeferStep call =
                new DeferStep(
                        work.keys(),
                        worker,
                        work.step(),
                        dispatch,
                        work.expected(),
                        work.ledgers(),
                        held.look(),
                        "key '%s', held by step '%s' of run %s"
                                .formatted(held.key(), held.holder().step(), held.holder().run()));
        DeferStep.Outcome outcome = Persistence.ask(() -> call.run(redis.scripts()));
        log.debug("put off: {} run={} {}", outcome, work.step().run(), call.reason());
    }

    private Keys keys(String key) {
        return namespace.keys(namespace.partitionOf(key));
    }
}
