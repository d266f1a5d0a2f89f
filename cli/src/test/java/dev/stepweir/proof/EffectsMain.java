package dev.stepweir.proof;

import dev.stepweir.effect.EffectLedger;
import dev.stepweir.effect.RedisEffectLedger;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepContext;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * A worker process whose steps have effects at a receiver with a ledger. Arguments: address,
 * namespace.
 */
final class EffectsMain {

    static final String READY = "ready ";

    /** Has two effects, each done once. */
    static final String TWO = "two-effects";

    /** Has one effect for all runs with the same input. */
    static final String SHARED = "shared-effect";

    static final List<String> EFFECTS = List.of("debit", "credit");

    private EffectsMain() {}

    public static void main(String[] args) throws InterruptedException {
        Redis own = Redis.connect(args[0], "effects");
        Namespace namespace = Namespace.open(own, args[1]);
        EffectLedger ledger = new RedisEffectLedger(own, namespace, Duration.ofDays(1));
        Handlers handlers =
                new Handlers()
                        .add(TWO, (input, context) -> two(context, own, args[1], ledger))
                        .add(SHARED, (input, context) -> shared(context, own, args[1], ledger));
        try (Worker worker =
                Worker.builder()
                        .redis(args[0])
                        .namespace(args[1])
                        .config(Stack.WORKER)
                        .handlers(handlers)
                        .start()) {
            System.out.println(READY + worker.id());
            new CountDownLatch(1).await();
        }
    }

    private static Object two(
            StepContext context, Redis redis, String namespace, EffectLedger ledger)
            throws Exception {
        for (String effect : EFFECTS) {
            context.once(
                    effect,
                    () -> {
                        String key = context.idempotencyKey() + "/" + effect;
                        apply(redis, namespace, ledger, key, context.fencingToken(), effect);
                        Stack.pass(Duration.ofMillis(50));
                    });
        }
        return "done";
    }

    private static Object shared(
            StepContext context, Redis redis, String namespace, EffectLedger ledger)
            throws Exception {
        String key = context.idempotencyKey();
        String token = UUID.randomUUID().toString();
        apply(redis, namespace, ledger, key, context.fencingToken(), token);
        Stack.pass(Duration.ofMillis(60));
        return Bytes.text(ledger.effect(key).orElseThrow());
    }

    private static void apply(
            Redis redis,
            String namespace,
            EffectLedger ledger,
            String key,
            long token,
            String effect) {
        EffectLedger.Answer answer = ledger.apply(key, token, Bytes.of(effect));
        byte[] list = Bytes.of("effects:" + namespace);
        var unused = RedisFutures.join(redis.commands().rpush(list, Bytes.of(answer + " " + key)));
    }
}
