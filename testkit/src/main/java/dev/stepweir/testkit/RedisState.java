package dev.stepweir.testkit;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every key of a namespace with its content, as text, so that a test can compare the whole of what
 * an operation did: an unexpected extra write shows as well as a missing one.
 *
 * <p>The first line of a key is its type, followed by {@code (expires)} if it has a time to live.
 * Then one line per element, sorted where Redis does not order them: {@code field = value} for a
 * hash, the element for a list or set, {@code score member} for a sorted set. A stream shows {@code
 * last <id>}, {@code entry <id> field=value ...}, {@code group <name> at <id>}, {@code consumer
 * <group> <name>} and {@code pending <group> <id> of <consumer>, delivered <n>}. What moves by
 * itself (idle times, remaining times to live) is left out.
 */
public final class RedisState {

    private static final long MOST = 1_000_000;

    private final SortedMap<String, List<String>> keys;

    private RedisState(SortedMap<String, List<String>> keys) {
        this.keys = keys;
    }

    /** Reads all keys that begin with the prefix. Not atomic: nothing else should be writing. */
    public static RedisState of(RedisCommands<String, String> redis, String prefix) {
        SortedMap<String, List<String>> found = new TreeMap<>();
        ScanArgs matching = ScanArgs.Builder.matches(globOf(prefix)).limit(1_000);
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
            KeyScanCursor<String> page = redis.scan(cursor, matching);
            page.getKeys().forEach(key -> found.put(key, describe(redis, key)));
            cursor = page;
        }
        found.values().removeIf(lines -> lines.getFirst().startsWith("none"));
        return new RedisState(found);
    }

    /** Key to content, sorted by key. */
    public SortedMap<String, String> asMap() {
        SortedMap<String, String> texts = new TreeMap<>();
        keys.forEach((key, lines) -> texts.put(key, String.join("\n", lines)));
        return Collections.unmodifiableSortedMap(texts);
    }

    /** The content of one key, {@code "none"} if there is no such key. */
    public String get(String key) {
        return String.join("\n", keys.getOrDefault(key, List.of("none")));
    }

    /** A copy where each match of the expression, in keys and contents, is replaced. */
    public RedisState replacing(String regex, String replacement) {
        SortedMap<String, List<String>> changed = new TreeMap<>();
        keys.forEach((key, lines) ->
                changed.put(
                        key.replaceAll(regex, replacement),
                        lines.stream().map(line -> line.replaceAll(regex, replacement)).toList()));
        return new RedisState(changed);
    }

    /** A copy without the keys that match the expression in full. */
    public RedisState without(String keyRegex) {
        SortedMap<String, List<String>> rest = new TreeMap<>(keys);
        rest.keySet().removeIf(key -> key.matches(keyRegex));
        return new RedisState(rest);
    }

    /**
     * What became different: {@code "- <key> | <line>"} for what is gone, {@code "+ <key> |
     * <line>"} for what is new, sorted by key.
     */
    public List<String> changesSince(RedisState before) {
        List<String> changes = new ArrayList<>();
        TreeSet<String> all = new TreeSet<>(keys.keySet());
        all.addAll(before.keys.keySet());
        for (String key : all) {
            List<String> old = before.keys.getOrDefault(key, List.of());
            List<String> now = keys.getOrDefault(key, List.of());
            minus(old, now).forEach(line -> changes.add("- " + key + " | " + line));
            minus(now, old).forEach(line -> changes.add("+ " + key + " | " + line));
        }
        return changes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedisState state && keys.equals(state.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        keys.forEach((key, lines) -> {
            text.append(key).append(": ").append(lines.getFirst()).append('\n');
            lines.stream().skip(1).forEach(l -> text.append("    ").append(l).append('\n'));
        });
        return text.toString();
    }

    private static List<String> minus(List<String> from, List<String> what) {
        List<String> rest = new ArrayList<>(from);
        what.forEach(rest::remove);
        return rest;
    }

    private static String globOf(String prefix) {
        return prefix.replaceAll("([\\\\*?\\[\\]])", "\\\\$1") + "*";
    }

    private static List<String> describe(RedisCommands<String, String> redis, String key) {
        String type = redis.type(key);
        List<String> lines = new ArrayList<>();
        lines.add(redis.pttl(key) >= 0 ? type + " (expires)" : type);
        switch (type) {
            case "string" -> lines.add(redis.get(key));
            case "hash" ->
                    new TreeMap<>(redis.hgetall(key))
                            .forEach((field, value) -> lines.add(field + " = " + value));
            case "list" -> lines.addAll(redis.lrange(key, 0, -1));
            case "set" -> lines.addAll(new TreeSet<>(redis.smembers(key)));
            case "zset" ->
                    redis.zrangeWithScores(key, 0, -1)
                            .forEach(v -> lines.add(number(v.getScore()) + " " + v.getValue()));
            case "stream" -> describeStream(redis, key, lines);
            default -> lines.add("of a type that is not shown");
        }
        return List.copyOf(lines);
    }

    private static String number(double score) {
        return score == Math.rint(score) && Math.abs(score) < 1e15
                ? String.valueOf((long) score)
                : String.valueOf(score);
    }

    private static void describeStream(
            RedisCommands<String, String> redis, String key, List<String> lines) {
        lines.add("last " + fields(redis.xinfoStream(key)).get("last-generated-id"));
        redis.xrange(key, Range.unbounded())
                .forEach(message -> {
                    StringBuilder line = new StringBuilder("entry " + message.getId());
                    message.getBody().forEach((f, v) -> line.append(' ').append(f + "=" + v));
                    lines.add(line.toString());
                });
        for (Object each : redis.xinfoGroups(key)) {
            Map<String, String> group = fields((List<?>) each);
            String name = group.get("name");
            lines.add("group " + name + " at " + group.get("last-delivered-id"));
            redis.xinfoConsumers(key, name).stream()
                    .map(consumer -> fields((List<?>) consumer).get("name"))
                    .sorted()
                    .forEach(consumer -> lines.add("consumer " + name + " " + consumer));
            redis.xpending(key, name, Range.unbounded(), Limit.from(MOST))
                    .forEach(p ->
                            lines.add(
                                    "pending %s %s of %s, delivered %d"
                                            .formatted(
                                                    name,
                                                    p.getId(),
                                                    p.getConsumer(),
                                                    p.getRedeliveryCount())));
        }
    }

    /** The flat list of names and values that XINFO answers. */
    private static Map<String, String> fields(List<?> flat) {
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.put(String.valueOf(flat.get(i)), String.valueOf(flat.get(i + 1)));
        }
        return fields;
    }
}
