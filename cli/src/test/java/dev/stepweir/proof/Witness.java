package dev.stepweir.proof;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepContext;
import dev.stepweir.handler.StepHandler;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A handler that writes down, outside the engine, each of its executions: which dispatch of which
 * step it was, a token of its own that it returns as the output, and the tokens that flowed in. So
 * what was committed can be told from what was only executed.
 */
final class Witness implements StepHandler<JsonNode, Map<String, String>> {

    static final String HANDLER = "witness";

    static final String TOKEN = "token";

    /** A setting: how many attempts fail. */
    static final String FAILURES = "failures";

    /**
     * From then on all succeed. A breaker's probe is not charged when it fails: where a crash lost
     * a failure that the breaker had counted, its attempt would be one that fails for ever.
     */
    private static final long LAST_FAILING_DISPATCH = 20;

    private final Consumer<String> paper;

    /**
     * One execution.
     *
     * @param saw the tokens that flowed in, by step; under an empty name that of an only dependency
     */
    record Testimony(
            String run, String step, long dispatch, String token, Map<String, String> saw) {

        static Testimony parse(String line) {
            String[] words = line.split(" ", -1);
            Map<String, String> saw = new TreeMap<>();
            for (int i = 4; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                saw.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
            return new Testimony(words[0], words[1], Long.parseLong(words[2]), words[3], saw);
        }
    }

    /** Writes on whatever paper; several threads do so at once. */
    Witness(Consumer<String> paper) {
        this.paper = paper;
    }

    /** A handler that writes into a list in Redis, over a connection that stays the caller's. */
    static Handlers handlers(Redis redis, String namespace) {
        byte[] list = Bytes.of("proof:" + namespace);
        Consumer<String> paper =
                line -> {
                    var unused = RedisFutures.join(redis.commands().rpush(list, Bytes.of(line)));
                };
        return new Handlers().add(HANDLER, new Witness(paper));
    }

    /** A handler that writes into a file of its own: what it wrote outlives its process. */
    static Handlers handlers(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Consumer<String> paper =
                line -> {
                    try {
                        var unused = channel.write(ByteBuffer.wrap(Bytes.of(line + "\n")));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
        return new Handlers().add(HANDLER, new Witness(paper));
    }

    static Handlers handlers(Stack stack) {
        return handlers(stack.redis(), stack.namespace().name());
    }

    @Override
    public Map<String, String> handle(JsonNode input, StepContext context)
            throws InterruptedException {
        String token = UUID.randomUUID().toString();
        StringBuilder line = new StringBuilder();
        line.append(context.runId())
                .append(' ')
                .append(context.step())
                .append(' ')
                .append(context.dispatchNumber())
                .append(' ')
                .append(token);
        saw(input).forEach((step, seen) -> line.append(' ').append(step + "=" + seen));
        paper.accept(line.toString());
        if (context.attempt() <= context.setting(FAILURES, 0)
                && context.dispatchNumber() <= LAST_FAILING_DISPATCH) {
            throw new IllegalStateException("fails as it was told");
        }
        Stack.pass(Duration.ofMillis(context.setting("millis", 0)));
        return Map.of(TOKEN, token);
    }

    private static Map<String, String> saw(JsonNode input) {
        Map<String, String> saw = new TreeMap<>();
        if (input.isObject() && input.path(TOKEN).isString()) {
            saw.put("", input.path(TOKEN).asString());
        } else if (input.isObject()) {
            input.forEachEntry((step, output) -> saw.put(step, output.path(TOKEN).asString()));
        }
        return saw;
    }

    /** Everything that was written into the files of a directory. */
    static List<Testimony> testimonies(Path directory) throws IOException {
        List<Testimony> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream().map(Testimony::parse).forEach(all::add);
            }
        }
        return all;
    }

    /** Everything that was written into Redis about a namespace. */
    static List<Testimony> testimonies(Stack stack) {
        byte[] key = Bytes.of("proof:" + stack.namespace().name());
        return RedisFutures.join(stack.redis().commands().lrange(key, 0, -1)).stream()
                .map(Bytes::text)
                .map(Testimony::parse)
                .toList();
    }
}
