package dev.stepweir.redis.preflight;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What the user that Redis knows us by must be allowed. A right that is missing is found before any
 * work is done, because a script that is refused half way keeps what it has written.
 */
final class Rights {

    /**
     * The commands that are used, directly or by a script, each in a form that changes nothing and
     * never waits: {@code KEY} is never there, and a write fails or finds nothing. Redis looks at
     * rights before it does at anything else. HSETNX, RPUSH and SADD have no such form.
     */
    static final List<String> FORMS =
            """
            CLIENT ID
            CLIENT UNBLOCK 0
            EVALSHA 0000000000000000000000000000000000000000 0
            EXISTS KEY
            GET KEY
            HDEL KEY f
            HEXISTS KEY f
            HGET KEY f
            HGETALL KEY
            HINCRBY KEY f no-number
            HKEYS KEY
            HLEN KEY
            HMGET KEY f
            HSCAN KEY 0
            HSET KEY f v odd
            INFO server
            LLEN KEY
            LRANGE KEY 0 0
            PEXPIRE KEY 1
            PING
            PTTL KEY
            PUBLISH KEY m
            SCAN 0 MATCH KEY
            SCRIPT LOAD )
            SET KEY v XX
            SISMEMBER KEY m
            SMEMBERS KEY
            SREM KEY m
            TIME
            UNLINK KEY
            XACK KEY g 0-1
            XADD KEY NOMKSTREAM * f v
            XAUTOCLAIM KEY g c 0 0
            XCLAIM KEY g c 0 0-1
            XDEL KEY 0-1
            XGROUP CREATE KEY g 0
            XGROUP DELCONSUMER KEY g c
            XINFO CONSUMERS KEY g
            XINFO GROUPS KEY
            XLEN KEY
            XPENDING KEY g
            XRANGE KEY 0 0
            XREADGROUP GROUP g c COUNT 1 STREAMS KEY >
            XREVRANGE KEY 0 0
            XTRIM KEY MINID 0
            ZADD KEY XX 0 m
            ZCARD KEY
            ZCOUNT KEY 0 0
            ZMSCORE KEY m
            ZRANGE KEY 0 0
            ZRANGEBYSCORE KEY 0 0
            ZREM KEY m
            ZREMRANGEBYSCORE KEY 0 0
            ZREVRANGEBYSCORE KEY 0 0
            ZSCAN KEY 0
            ZSCORE KEY m
            """
                    .lines()
                    .toList();

    private static final String SUBSCRIBE = "SUBSCRIBE";
    private static final Set<String> CONTAINERS = Set.of("CLIENT", "SCRIPT", "XGROUP", "XINFO");

    private record Word(String word) implements ProtocolKeyword {

        @Override
        public byte[] getBytes() {
            return Bytes.of(word);
        }

        @Override
        public String toString() {
            return word;
        }
    }

    private Rights() {}

    /**
     * What Redis says to each command that it refuses whatever is asked with it: who asks lacks the
     * right, or the server does not have the command. Empty when all that is needed may be done.
     *
     * @param keys whose keys and channels are tried; none of them need be there
     */
    static Map<String, String> missing(Redis redis, Keys keys) {
        return redis.retrying(() -> {
            Map<String, CompletableFuture<?>> replies = new LinkedHashMap<>();
            FORMS.forEach(form -> replies.put(command(form), send(redis, keys, form)));
            Map<String, String> missing = new LinkedHashMap<>();
            replies.forEach((command, reply) -> note(missing, command, reply));
            try (StatefulRedisPubSubConnection<String, String> own = redis.openSubscription()) {
                CompletableFuture<?> heard =
                        own.async().subscribe(nothing(keys)).toCompletableFuture();
                note(missing, SUBSCRIBE, heard);
            }
            return missing;
        });
    }

    /** What a form tries: a command, or one of those that a command contains. */
    static String command(String form) {
        String[] words = form.split(" ");
        return CONTAINERS.contains(words[0]) ? words[0] + " " + words[1] : words[0];
    }

    private static String nothing(Keys keys) {
        return keys.prefix() + "nothing";
    }

    private static CompletableFuture<?> send(Redis redis, Keys keys, String form) {
        String[] words = form.split(" ");
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < words.length; i++) {
            args.add(words[i].equals("KEY") ? nothing(keys) : words[i]);
        }
        return redis.commands()
                .dispatch(
                        new Word(words[0]), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args)
                .toCompletableFuture();
    }

    private static void note(
            Map<String, String> missing, String command, CompletableFuture<?> reply) {
        try {
            var unused = RedisFutures.join(reply);
        } catch (RedisCommandExecutionException refused) {
            String why = String.valueOf(refused.getMessage());
            if (Redis.isForbidden(refused) || why.toLowerCase(Locale.ROOT).contains("unknown ")) {
                missing.put(command, why);
            }
        }
    }
}
