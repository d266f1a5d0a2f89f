package dev.stepweir.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A stream with at most one consumer group. Its ids share a time far in the future, so that the
 * sequence alone tells them apart and the next one is known beforehand.
 */
final class ModelStream {

    /** A group: how far it has read, and what its consumers hold. */
    private static final class Group {
        private final String name;
        private long delivered;
        private final TreeMap<Long, String> owners = new TreeMap<>();

        Group(String name, long delivered) {
            this.name = name;
            this.delivered = delivered;
        }
    }

    private final String key;
    private final long millis;
    private final TreeMap<Long, String> entries = new TreeMap<>();
    private long last;
    private Optional<Group> group = Optional.empty();

    ModelStream(String key, long millis) {
        this.key = key;
        this.millis = millis;
    }

    String key() {
        return key;
    }

    String lastId() {
        return id(last);
    }

    private String id(long sequence) {
        return millis + "-" + sequence;
    }

    private OptionalLong sequence(String id) {
        String mine = millis + "-";
        return id.startsWith(mine)
                ? OptionalLong.of(Long.parseLong(id.substring(mine.length())))
                : OptionalLong.empty();
    }

    /** Adds an entry and returns its id. */
    String add(String body) {
        last++;
        entries.put(last, body);
        return id(last);
    }

    void delete(String id) {
        sequence(id).ifPresent(entries::remove);
    }

    boolean contains(String id) {
        OptionalLong sequence = sequence(id);
        return sequence.isPresent() && entries.containsKey(sequence.getAsLong());
    }

    /** The ids of what is there. */
    List<String> ids() {
        return entries.keySet().stream().map(this::id).toList();
    }

    String body(String id) {
        return Optional.ofNullable(entries.get(sequence(id).orElseThrow())).orElseThrow();
    }

    /** Everything is gone but the memory of the last id. */
    void lose() {
        entries.clear();
        group = Optional.empty();
    }

    boolean hasGroup() {
        return group.isPresent();
    }

    /** At the end: what was there before is gone. */
    void createGroup(String name) {
        entries.clear();
        group = Optional.of(new Group(name, last));
    }

    void destroyGroup() {
        group = Optional.empty();
    }

    /** What a consumer gets that asks for new entries, by id. */
    Map<String, String> read(String consumer, int count) {
        Group reading = group.orElseThrow();
        Map<String, String> read = new LinkedHashMap<>();
        List<Long> ahead = new ArrayList<>(entries.tailMap(reading.delivered, false).keySet());
        for (long sequence : ahead.subList(0, Math.min(count, ahead.size()))) {
            reading.delivered = sequence;
            reading.owners.put(sequence, consumer);
            read.put(id(sequence), Optional.ofNullable(entries.get(sequence)).orElseThrow());
        }
        return read;
    }

    /** Who holds an entry. */
    Optional<String> owner(String id) {
        OptionalLong sequence = sequence(id);
        return sequence.isEmpty()
                ? Optional.empty()
                : group.map(g -> g.owners.get(sequence.getAsLong()));
    }

    boolean holdsAny(String consumer) {
        return group.isPresent() && group.get().owners.containsValue(consumer);
    }

    void acknowledge(String id) {
        sequence(id).ifPresent(sequence -> group.ifPresent(g -> g.owners.remove(sequence)));
    }

    /** Still ahead of the group. */
    boolean isAhead(String id) {
        OptionalLong sequence = sequence(id);
        return sequence.isPresent()
                && group.isPresent()
                && sequence.getAsLong() > group.get().delivered;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(key + " last " + lastId());
        entries.forEach((sequence, body) -> lines.add(key + " entry " + id(sequence) + " " + body));
        group.ifPresent(g -> {
            lines.add(key + " group " + g.name + " at " + id(g.delivered));
            g.owners.forEach((sequence, owner) ->
                    lines.add(key + " held " + id(sequence) + " by " + owner + " 1"));
        });
        return lines;
    }
}
