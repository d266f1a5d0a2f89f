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
 * however many there are, few are held. What dies meanwhile may be met or not. For one thread.
 */
final class LetterScan {

    private static final int PAGE = 200;

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
            part.ended = page.size() < PAGE || isPastTheEnd(page.getLast());
            if (!page.isEmpty()) {
                part.last = Optional.of(page.getLast().getId());
            }
        }
    }

    /** Going forward nothing fits any more once one died too late: more may come without end. */
    private boolean isPastTheEnd(StreamMessage<byte[], byte[]> last) {
        return !newestFirst
                && filter.diedBefore()
                        .flatMap(time ->
                                StoredLetter.read(last)
                                        .filter(letter -> !letter.died().isBefore(time)))
                        .isPresent();
    }

    private CompletableFuture<List<StreamMessage<byte[], byte[]>>> page(Part part) {
        byte[] key = Bytes.of(part.keys.deadLetters());
        Boundary<String> after = part.last.map(Boundary::excluding).orElse(Boundary.unbounded());
        Limit limit = Limit.from(PAGE);
        return (newestFirst
                        ? redis.commands()
                                .xrevrange(key, Range.from(Boundary.unbounded(), after), limit)
                        : redis.commands()
                                .xrange(key, Range.from(after, Boundary.unbounded()), limit))
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
