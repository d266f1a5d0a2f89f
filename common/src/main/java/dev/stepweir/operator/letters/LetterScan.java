package dev.stepweir.operator.letters;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunTraces;
import dev.stepweir.run.RunId;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Goes through the dead letters of all partitions in the order of their deaths, a page at a time:
 * however many there are, few are held. Where it ends is settled by the ids of entries, which only
 * rise; the times of deaths do not when a clock is set. What dies meanwhile is not met, so that who
 * makes steps die again by what they do comes to an end. For one thread.
 */
final class LetterScan {

    private static final int PAGE = 200;

    /** Before every entry. */
    private static final String NO_ENTRY = "0-0";

    private final Redis redis;
    private final LetterReader reader;
    private final LetterFilter filter;
    private final boolean newestFirst;
    private final List<Part> parts = new ArrayList<>();
    private long seen;
    private long unreadable;

    /** What was read of a partition and not yet handed out. */
    private static final class Part {

        private final Keys keys;
        private final Deque<StoredLetter> read = new ArrayDeque<>();
        private Optional<String> last = Optional.empty();
        private Optional<String> end = Optional.empty();
        private boolean ended;

        Part(Keys keys) {
            this.keys = keys;
        }
    }

    LetterScan(Redis redis, Namespace namespace, LetterFilter filter, boolean newestFirst) {
        this.redis = redis;
        this.reader = new LetterReader(redis, namespace);
        this.filter = filter;
        this.newestFirst = newestFirst;
        if (filter.run().isPresent()) {
            Part part = new Part(namespace.keys(filter.run().get()));
            part.read.addAll(fitting(redis.retrying(() -> ofRun(part.keys, filter.run().get()))));
            part.ended = true;
            parts.add(part);
        } else {
            namespace.all().forEach(keys -> parts.add(new Part(keys)));
        }
    }

    /** How many letters were looked at so far, whether they fit or not. */
    long seen() {
        return seen;
    }

    /** How many of them cannot be read: they are passed by, whatever is looked for. */
    long unreadable() {
        return unreadable;
    }

    /** The next letters that fit; fewer than asked for only at the end. */
    List<StoredLetter> next(int atMost) {
        List<StoredLetter> found = new ArrayList<>();
        while (found.size() < atMost) {
            redis.retrying(() -> {
                fill();
                return found;
            });
            Optional<Part> first =
                    parts.stream()
                            .filter(part -> !part.read.isEmpty())
                            .min(Comparator.comparing(part -> part.read.getFirst(), order()));
            if (first.isEmpty()) {
                return found;
            }
            StoredLetter letter = first.get().read.removeFirst();
            seen++;
            if (filter.accepts(letter.letter(), letter.died())) {
                found.add(letter);
            }
        }
        return found;
    }

    private Comparator<StoredLetter> order() {
        Comparator<StoredLetter> oldest = Comparator.comparing(StoredLetter::died);
        return newestFirst ? oldest.reversed() : oldest;
    }

    /** Until of each partition there is one, or there are no more. */
    private void fill() {
        for (List<Part> empty = empty(); !empty.isEmpty(); empty = empty()) {
            fill(empty);
        }
    }

    private List<Part> empty() {
        return parts.stream().filter(part -> part.read.isEmpty() && !part.ended).toList();
    }

    private List<StoredLetter> fitting(List<StoredLetter> letters) {
        if (filter.status().isEmpty()) {
            return letters;
        }
        List<StoredLetter> fitting = reader.withStatus(letters, filter.status().get());
        seen += letters.size() - fitting.size();
        return fitting;
    }

    private void fill(List<Part> empty) {
        bound(empty.stream().filter(part -> part.end.isEmpty()).toList());
        List<CompletableFuture<List<StreamMessage<byte[], byte[]>>>> pages =
                empty.stream().map(this::page).toList();
        for (int i = 0; i < empty.size(); i++) {
            Part part = empty.get(i);
            List<StreamMessage<byte[], byte[]>> page = RedisFutures.join(pages.get(i));
            List<StoredLetter> letters =
                    page.stream().flatMap(one -> StoredLetter.read(one).stream()).toList();
            part.read.addAll(fitting(letters));
            seen += page.size() - letters.size();
            unreadable += page.size() - letters.size();
            part.ended = page.size() < PAGE;
            if (!page.isEmpty()) {
                part.last = Optional.of(page.getLast().getId());
            }
        }
    }

    /** No further than to what is the last entry now. */
    private void bound(List<Part> fresh) {
        List<CompletableFuture<List<StreamMessage<byte[], byte[]>>>> ends =
                fresh.stream()
                        .map(part ->
                                redis.commands()
                                        .xrevrange(
                                                Bytes.of(part.keys.deadLetters()),
                                                Range.unbounded(),
                                                Limit.from(1))
                                        .toCompletableFuture())
                        .toList();
        for (int i = 0; i < fresh.size(); i++) {
            fresh.get(i).end =
                    RedisFutures.join(ends.get(i)).stream()
                            .map(StreamMessage::getId)
                            .findFirst()
                            .or(() -> Optional.of(NO_ENTRY));
        }
    }

    private CompletableFuture<List<StreamMessage<byte[], byte[]>>> page(Part part) {
        byte[] key = Bytes.of(part.keys.deadLetters());
        Boundary<String> end = Boundary.including(part.end.orElse(NO_ENTRY));
        Limit limit = Limit.from(PAGE);
        Range<String> range =
                newestFirst
                        ? Range.from(
                                Boundary.unbounded(),
                                part.last.map(Boundary::excluding).orElse(end))
                        : Range.from(
                                part.last.map(Boundary::excluding).orElse(Boundary.unbounded()),
                                end);
        return (newestFirst
                        ? redis.commands().xrevrange(key, range, limit)
                        : redis.commands().xrange(key, range, limit))
                .toCompletableFuture();
    }

    /** A run says itself which of its steps have letters. */
    private List<StoredLetter> ofRun(Keys keys, RunId run) {
        List<String> ids = RedisFutures.join(RunTraces.read(redis, keys, run)).letters();
        if (ids.isEmpty()) {
            return List.of();
        }
        byte[][] wanted = ids.stream().map(Bytes::of).toArray(byte[][]::new);
        List<KeyValue<byte[], byte[]>> entries =
                RedisFutures.join(redis.commands().hmget(Bytes.of(keys.letterIndex()), wanted));
        return entries.stream()
                .filter(KeyValue::hasValue)
                .map(entry -> read(redis, keys, Bytes.text(entry.getValue())))
                .toList()
                .stream()
                .flatMap(reply -> RedisFutures.join(reply).stream())
                .sorted(order())
                .toList();
    }

    /** One letter by its entry in the stream; empty if it is not there or cannot be read. */
    static CompletableFuture<Optional<StoredLetter>> read(Redis redis, Keys keys, String entry) {
        return redis.commands()
                .xrange(Bytes.of(keys.deadLetters()), Range.create(entry, entry))
                .toCompletableFuture()
                .thenApply(found -> found.stream().findFirst().flatMap(StoredLetter::read));
    }
}
