package dev.stepweir.model;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.ScriptRunner;
import dev.stepweir.testkit.EditedScripts;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Plays sequences on the model and on a Redis of its own, and compares every answer and, after
 * every operation, every key. The scripts are the product's but for their clock, which is a key.
 */
final class Play implements AutoCloseable {

    static final byte[] CLOCK = Bytes.of("clock");
    static final byte[] SERVER = Bytes.of("server");

    private static final String NAME_OF_SERVER =
            "string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')";

    private static final String TIME_OF_REDIS =
            "local time = redis.call('TIME')\n"
                    + "  return time[1] .. string.sub('00000' .. time[2], -6, -4)";
    private static final String TIME_OF_TEST = "return redis.call('GET', 'clock')";

    /**
     * One operation of a sequence. Whom it befalls is drawn from its own seed, so that it is still
     * an operation when others are left out.
     */
    record Choice(Act act, long seed) {}

    /** Where model and Redis first disagreed. */
    record Divergence(int at, String words, String told, List<String> trace) {

        @Override
        public String toString() {
            return "operation %d, %s%n%s%nafter:%n%s"
                    .formatted(at + 1, words, told, String.join("\n", trace));
        }
    }

    /** An operation that was sent. */
    private record Sent(
            Deed deed,
            List<String> lines,
            CompletableFuture<String> reply,
            CompletableFuture<byte[]> dump) {}

    /** A sequence that was sent, to be compared. */
    record Sequence(List<Choice> choices, List<Sent> sent) {}

    private final Keys keys = new Keys("model", 0);
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final Deed.Line line;
    private final String dump;
    private final Map<String, Long> counts = new TreeMap<>();
    private long operations;

    /** Plays with the product's scripts after an edit. */
    Play(Redis redis, UnaryOperator<String> edit) {
        connection = redis.openConnection();
        List<String> sources = Stream.of(Script.values()).map(Script::source).toList();
        EditedScripts edited =
                EditedScripts.of(
                        sources,
                        source ->
                                edit.apply(source)
                                        .replace(TIME_OF_REDIS, TIME_OF_TEST)
                                        .replace(NAME_OF_SERVER, "redis.call('GET', 'server')"));
        if (edited.sources().stream().anyMatch(source -> source.contains("'TIME'"))) {
            throw new IllegalStateException("a script has another way to tell the time");
        }
        var commands = connection.async();
        sources.forEach(source -> {
            var unused = commands.scriptLoad(Bytes.of(source));
        });
        edited.sources()
                .forEach(source -> {
                    var unused = commands.scriptLoad(Bytes.of(source));
                });
        dump = commands.scriptLoad(Bytes.of(resource("dump.lua"))).toCompletableFuture().join();
        line = new Deed.Line(new ScriptRunner(edited.over(commands)), commands);
        connection.setAutoFlushCommands(false);
    }

    private static String resource(String name) {
        try (InputStream in = Play.class.getResourceAsStream(name)) {
            return new String(
                    Optional.ofNullable(in).orElseThrow().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A random sequence. Each leaves some operations out and has more of others: what takes several
     * rare ones is met sooner than if all were alike.
     */
    static List<Choice> sequence(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Act> repertoire = new ArrayList<>();
        for (Act act : new LinkedHashSet<>(Repertoire.ALL)) {
            int usual = Collections.frequency(Repertoire.ALL, act);
            int factor = Players.oneOf(List.of(0, 1, 1, 4), random);
            int least = Repertoire.needed(act) ? usual : 0;
            repertoire.addAll(Collections.nCopies(Math.max(least, usual * factor), act));
        }
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            choices.add(new Choice(Players.oneOf(repertoire, random), random.nextLong()));
        }
        return choices;
    }

    /** Plays on the model, and tells Redis without waiting for it. */
    Sequence send(List<Choice> choices) {
        World world = new World(keys);
        var unused = line.commands().flushall();
        var unusedToo = line.commands().set(CLOCK, Bytes.of(world.now()));
        var unusedThree = line.commands().set(SERVER, Bytes.of(world.server));
        prepare(world);
        List<Sent> sent = new ArrayList<>();
        for (Choice choice : choices) {
            choice.act()
                    .perform(world, new SplittableRandom(choice.seed()))
                    .ifPresent(deed -> {
                        count(choice.act(), deed);
                        sent.add(new Sent(deed, world.lines(), deed.send(line), dump()));
                    });
        }
        connection.flushCommands();
        return new Sequence(choices, sent);
    }

    private void count(Act act, Deed deed) {
        operations++;
        counts.merge(act.name(), 1L, Long::sum);
        deed.outcomes().forEach(o -> counts.merge(act.name() + " " + o, 1L, Long::sum));
    }

    /** Streams whose next ids are known. */
    private void prepare(World world) {
        for (ModelStream queue : world.queues.values()) {
            queue.add("placed=here");
            queue.delete(queue.lastId());
            Faults.place(line, queue.key(), queue.lastId());
            queue.createGroup(Keys.WORKER_GROUP);
            var unused =
                    line.commands()
                            .xgroupCreate(
                                    StreamOffset.latest(Bytes.of(queue.key())),
                                    Bytes.of(Keys.WORKER_GROUP));
        }
        for (ModelStream stream : List.of(world.inbox, world.deadLetters)) {
            stream.add("placed=here");
            stream.delete(stream.lastId());
            Faults.place(line, stream.key(), stream.lastId());
        }
    }

    private CompletableFuture<byte[]> dump() {
        byte[] prefix = Bytes.of("sw:");
        return line.commands()
                .<byte[]>evalsha(dump, ScriptOutputType.VALUE, new byte[0][], prefix)
                .toCompletableFuture();
    }

    /** Waits for Redis and compares. */
    Optional<Divergence> compare(Sequence sequence) {
        List<String> trace = new ArrayList<>();
        for (int i = 0; i < sequence.sent().size(); i++) {
            Sent sent = sequence.sent().get(i);
            String reply = sent.reply().join();
            trace.add(sent.deed().words() + " -> " + reply);
            String told = difference(sent, reply);
            if (!told.isEmpty()) {
                return Optional.of(new Divergence(i, sent.deed().words(), told, trace));
            }
        }
        return Optional.empty();
    }

    private static String difference(Sent sent, String reply) {
        StringBuilder told = new StringBuilder();
        if (!reply.equals(sent.deed().expected())) {
            told.append("the model answers ").append(sent.deed().expected()).append('\n');
            told.append("the script answers ").append(reply).append('\n');
        }
        List<String> expected = new ArrayList<>(sent.lines());
        List<String> actual = new ArrayList<>(List.of(Bytes.text(sent.dump().join()).split("\n")));
        Collections.sort(expected);
        Collections.sort(actual);
        if (!expected.equals(actual)) {
            List<String> missing = new ArrayList<>(expected);
            actual.forEach(missing::remove);
            List<String> surplus = new ArrayList<>(actual);
            expected.forEach(surplus::remove);
            missing.forEach(element -> told.append("only in the model: ").append(element + "\n"));
            surplus.forEach(element -> told.append("only in Redis: ").append(element + "\n"));
        }
        return told.toString();
    }

    Optional<Divergence> play(List<Choice> choices) {
        return compare(send(choices));
    }

    /** How often each operation was done, and how often it had each outcome. */
    Map<String, Long> counts() {
        return counts;
    }

    long operations() {
        return operations;
    }

    @Override
    public void close() {
        connection.close();
    }
}
