package dev.stepweir.redis.preflight;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What the user that Redis knows us by must be allowed. A right that is missing is found before any
 * work is done, because a script that is refused half way keeps what it has written.
 */
final class Rights {

    /**
     * Every command that is used, directly or by a script, in a form that changes nothing. {@code
     * KEY} is one that is never there, {@code RECORD} the namespace's own, written as it is.
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
            HINCRBY RECORD partitions 0
            HKEYS KEY
            HLEN KEY
            HMGET KEY f
            HSCAN KEY 0
            HSET RECORD partitions PARTITIONS
            HSETNX RECORD partitions PARTITIONS
            INFO server
            LLEN KEY
            LRANGE KEY 0 0
            PEXPIRE KEY 1
            PTTL KEY
            PUBLISH KEY m
            RPUSH RECORD v
            SADD RECORD m
            SCAN 0 MATCH KEY
            SCRIPT LOAD return
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
     * The refusals, by the command; empty when the user may do all that is needed.
     *
     * @param namespace whose keys and channels are tried
     */
    static Map<String, String> missing(Redis redis, Namespace namespace) {
        return redis.retrying(() -> {
            Map<String, CompletableFuture<?>> replies = new LinkedHashMap<>();
            FORMS.forEach(form -> replies.put(command(form), send(redis, namespace, form)));
            Map<String, String> missing = new LinkedHashMap<>();
            replies.forEach((command, reply) ->
                    refusal(reply)
                            .filter(Redis::isForbidden)
                            .ifPresent(
                                    no -> missing.put(command, String.valueOf(no.getMessage()))));
            return missing;
        });
    }

    /** What a form tries: a command, or one of those that a command contains. */
    static String command(String form) {
        String[] words = form.split(" ");
        return CONTAINERS.contains(words[0]) ? words[0] + " " + words[1] : words[0];
    }

    private static CompletableFuture<?> send(Redis redis, Namespace namespace, String form) {
        Keys keys = namespace.keys(0);
        Map<String, String> meant =
                Map.of(
                        "KEY", keys.prefix() + "none",
                        "RECORD", keys.namespaceRecord(),
                        "PARTITIONS", String.valueOf(namespace.partitions()));
        String[] words = form.split(" ");
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < words.length; i++) {
            args.add(meant.getOrDefault(words[i], words[i]));
        }
        return redis.commands()
                .dispatch(
                        new Word(words[0]), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args)
                .toCompletableFuture();
    }

    /** That a command was refused as a whole, for whatever reason; empty if it was answered. */
    private static Optional<RedisCommandExecutionException> refusal(CompletableFuture<?> reply) {
        try {
            var unused = RedisFutures.join(reply);
            return Optional.empty();
        } catch (RedisCommandExecutionException refused) {
            return Optional.of(refused);
        }
    }
}
