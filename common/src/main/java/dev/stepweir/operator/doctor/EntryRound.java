package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.EntryRound.Entry;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Entries of queues: each is the current dispatch of a step. */
final class EntryRound implements Round<Entry> {

    private static final int PAGE = 200;

    private final Partition partition;

    /**
     * An entry as read.
     *
     * @param text what it says, or empty
     */
    record Entry(String queue, String id, String text) {

        Optional<QueueEntry> parsed() {
            try {
                return Optional.of(QueueEntry.parse(text));
            } catch (RuntimeException garbled) {
                return Optional.empty();
            }
        }
    }

    EntryRound(Partition partition) {
        this.partition = partition;
    }

    /** The entries of a queue after one of them, at most a page. */
    List<Entry> after(String queue, String entryId) {
        Range<String> rest = Range.from(Boundary.excluding(entryId), Boundary.unbounded());
        return partition
                .each(
                        List.of(queue),
                        name ->
                                partition
                                        .redis()
                                        .commands()
                                        .xrange(
                                                Bytes.of(partition.keys().queue(name)),
                                                rest,
                                                Limit.from(PAGE))
                                        .toCompletableFuture())
                .getOrDefault(queue, List.of())
                .stream()
                .map(message -> new Entry(queue, message.getId(), text(message)))
                .toList();
    }

    private static String text(StreamMessage<byte[], byte[]> message) {
        return message.getBody().entrySet().stream()
                .filter(field -> Bytes.text(field.getKey()).equals(QueueEntry.FIELD))
                .map(field -> Bytes.text(field.getValue()))
                .findFirst()
                .orElse("");
    }

    @Override
    public List<Suspect<Entry>> look(List<Entry> entries) {
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        for (Entry entry : entries) {
            entry.parsed()
                    .ifPresent(one ->
                            wanted.computeIfAbsent(
                                            one.run(), run -> new ArrayList<>(List.of("head")))
                                    .add(StepFields.state(one.step())));
        }
        Map<RunId, Map<String, String>> runs = partition.fields(wanted);
        Map<Entry, String> stray = new LinkedHashMap<>();
        for (Entry entry : entries) {
            why(entry, runs).ifPresent(why -> stray.put(entry, why));
        }
        // An entry that is still there was there when its step did not name it.
        Map<Entry, CompletableFuture<List<StreamMessage<byte[], byte[]>>>> looks =
                new LinkedHashMap<>();
        stray.keySet()
                .forEach(entry ->
                        looks.put(
                                entry,
                                partition
                                        .redis()
                                        .commands()
                                        .xrange(
                                                Bytes.of(partition.keys().queue(entry.queue())),
                                                Range.create(entry.id(), entry.id()))
                                        .toCompletableFuture()));
        List<Suspect<Entry>> suspects = new ArrayList<>();
        looks.forEach((entry, reply) -> {
            if (!RedisFutures.join(reply).isEmpty()) {
                suspects.add(stray(entry, stray.getOrDefault(entry, "")));
            }
        });
        return suspects;
    }

    /** Why an entry is stray; empty if its step names it, or if the run cannot be read. */
    private static Optional<String> why(Entry entry, Map<RunId, Map<String, String>> runs) {
        Optional<QueueEntry> parsed = entry.parsed();
        if (parsed.isEmpty()) {
            return Optional.of("cannot be read");
        }
        QueueEntry one = parsed.get();
        Map<String, String> fields = runs.get(one.run());
        if (fields == null) {
            return Optional.empty();
        }
        String about = one.run() + "/" + one.step();
        if (!fields.containsKey("head")) {
            return Optional.of("is of " + about + ", whose run is gone");
        }
        Dispatch own = new Dispatch(one.number(), entry.id());
        String text = fields.getOrDefault(StepFields.state(one.step()), "");
        if (!text.isEmpty()) {
            try {
                StepField field = StepField.parse(text);
                if (field.state() == StepState.READY && field.published().equals(own)) {
                    return Optional.empty();
                }
            } catch (RuntimeException garbled) {
                return Optional.empty();
            }
        }
        return Optional.of("is dispatch " + own + " of " + about + ", which is not current");
    }

    private Suspect<Entry> stray(Entry entry, String why) {
        return Suspect.of(
                entry,
                partition.finding(
                        Ailment.STRAY_ENTRY, "queue " + entry.queue() + " " + entry.id(), why),
                why,
                () -> {
                    partition.entries().drop(partition.keys(), entry.queue(), entry.id());
                    return "DROPPED";
                });
    }
}
