package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Walks the keys of a namespace, a page at a time. */
final class Keyspace {

    private static final int PAGE = 1_000;

    private final Redis redis;
    private final Namespace namespace;

    Keyspace(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
    }

    /** The names of one kind of keys, by partition, without what all of the kind begin with. */
    record Kind(String word) {

        /** Its names in a page of one partition. */
        List<String> in(List<String> page) {
            return page.stream()
                    .filter(name -> name.startsWith(word))
                    .map(name -> name.substring(word.length()))
                    .toList();
        }
    }

    /**
     * Each page of names, without what all keys of the partition begin with. A key that is there
     * from beginning to end comes once or oftener.
     */
    void walk(BiConsumer<Keys, List<String>> page) {
        Map<String, Keys> partitions = new HashMap<>();
        namespace.all().forEach(keys -> partitions.put(keys.prefix(), keys));
        String any = new Keys(namespace.name(), 0).prefix().replace(":0}", ":*}") + "*";
        ScanArgs matching = ScanArgs.Builder.limit(PAGE).match(any);
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
            ScanCursor from = cursor;
            KeyScanCursor<byte[]> found =
                    redis.retrying(() -> RedisFutures.join(redis.commands().scan(from, matching)));
            Map<Keys, List<String>> sorted = new LinkedHashMap<>();
            for (byte[] key : found.getKeys()) {
                String name = Bytes.text(key);
                int end = name.indexOf("}:") + 2;
                Keys keys = partitions.get(name.substring(0, end));
                if (keys != null) {
                    sorted.computeIfAbsent(keys, one -> new ArrayList<>()).add(name.substring(end));
                }
            }
            sorted.forEach(page);
            cursor = found;
        }
    }

    /** All names of some kinds, of which there are few, by partition and kind, sorted. */
    Map<Keys, Map<Kind, TreeSet<String>>> names(List<Kind> kinds) {
        Map<Keys, Map<Kind, TreeSet<String>>> names = new HashMap<>();
        for (Keys keys : namespace.all()) {
            Map<Kind, TreeSet<String>> own = new HashMap<>();
            kinds.forEach(kind -> own.put(kind, new TreeSet<>()));
            names.put(keys, own);
        }
        walk((keys, page) ->
                names.getOrDefault(keys, Map.of())
                        .forEach((kind, known) -> known.addAll(kind.in(page))));
        return names;
    }
}
