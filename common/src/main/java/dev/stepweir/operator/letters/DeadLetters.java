package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.EditStep;
import dev.stepweir.redis.script.NoteLetter;
import dev.stepweir.redis.script.PurgeLetter;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.RunId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Steps that wait for a person: look at them, change what flows in, put them back to work. A letter
 * leaves when its step has succeeded, or is purged. Thread-safe.
 */
public final class DeadLetters {

    /** Largest input that an edit may give, in bytes of JSON. */
    public static final int MAX_INPUT = 2 * 1024 * 1024;

    private static final int PAGE = 200;
    private static final int TRIES = 10;
    private static final int MAX_LISTED = 100_000;

    private final Redis redis;
    private final Namespace namespace;
    private final DeadSteps steps;
    private final LetterReader reader;

    /** Over a connection that the caller keeps and closes. */
    public DeadLetters(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.steps = new DeadSteps(redis, namespace);
        this.reader = new LetterReader(redis, namespace);
    }

    /** How many there are. */
    public long count() {
        return redis.retrying(() ->
                namespace.all().stream()
                        .map(keys -> Bytes.of(keys.deadLetters()))
                        .map(key -> redis.commands().xlen(key).toCompletableFuture())
                        .toList()
                        .stream()
                        .mapToLong(RedisFutures::join)
                        .sum());
    }

    /** The latest dead first. What cannot be read is left out, here and wherever many are meant. */
    public List<DeadLetterView> list(int limit) {
        return list(LetterFilter.ALL, limit);
    }

    /** Those that fit, the latest dead first. */
    public List<DeadLetterView> list(LetterFilter filter, int limit) {
        if (limit < 1 || limit > MAX_LISTED) {
            throw new IllegalArgumentException(
                    "limit must be in 1..%d, found %d".formatted(MAX_LISTED, limit));
        }
        return reader.views(new LetterScan(redis, namespace, filter, true).next(limit));
    }

    /** All that fit, the first dead first; few are held at a time. */
    public void forEach(LetterFilter filter, Consumer<DeadLetterView> action) {
        LetterScan scan = new LetterScan(redis, namespace, filter, false);
        for (List<StoredLetter> page = scan.next(PAGE); !page.isEmpty(); page = scan.next(PAGE)) {
            reader.views(page).forEach(action);
        }
    }

    /** The ids of those that fit, the first dead first; at most so many. */
    public void forEachId(LetterFilter filter, int atMost, Consumer<String> action) {
        LetterScan scan = new LetterScan(redis, namespace, filter, false);
        for (int left = atMost; left > 0; ) {
            List<StoredLetter> page = scan.next(Math.min(PAGE, left));
            if (page.isEmpty()) {
                return;
            }
            page.forEach(letter -> action.accept(letter.letter().id()));
            left -= page.size();
        }
    }

    /** How many fit, of what. */
    public LetterStats stats(LetterFilter filter) {
        LetterStats.Counter counter = new LetterStats.Counter();
        LetterScan scan = new LetterScan(redis, namespace, filter, false);
        while (true) {
            List<StoredLetter> page = scan.next(PAGE);
            if (page.isEmpty()) {
                return counter.stats(scan.unreadable());
            }
            redis.retrying(() -> {
                counter.count(page, reader.besides(page));
                return page;
            });
        }
    }

    /**
     * One letter; empty when there is none (any more), or when it cannot be read.
     *
     * @param id {@code <run>/<step>}
     * @throws IllegalArgumentException for an id that is none
     */
    public Optional<DeadLetterView> show(String id) {
        RunId run = run(id);
        return redis.retrying(() ->
                entry(run, id)
                        .flatMap(entry -> stored(run, entry))
                        .map(letter -> reader.views(List.of(letter)).getFirst()));
    }

    private Optional<String> entry(RunId run, String id) {
        byte[] index = Bytes.of(namespace.keys(run).letterIndex());
        return Optional.ofNullable(RedisFutures.join(redis.commands().hget(index, Bytes.of(id))))
                .map(Bytes::text);
    }

    private Optional<StoredLetter> stored(RunId run, String entry) {
        return RedisFutures.join(LetterScan.read(redis, namespace.keys(run), entry));
    }

    /**
     * What flows into the step of a letter when it is tried again; empty when there is no such
     * step.
     *
     * @param id {@code <run>/<step>}
     * @throws IllegalArgumentException for an id that is none
     * @throws LostDefinitionException when the definition of its run is not stored
     */
    public Optional<JsonNode> input(String id) {
        RunId run = run(id);
        return redis.retrying(() -> steps.input(run, step(id)));
    }

    /**
     * Puts a dead step back to work, with all its attempts before it. Its letter stays until it has
     * succeeded. However many ask at once, it is published once.
     *
     * @param id {@code <run>/<step>}
     * @param by who asks
     * @param reason for the record, may be empty
     * @throws IllegalArgumentException for an id that is none
     * @throws LostDefinitionException when the definition of its run is not stored
     */
    public RedriveStep.Outcome redrive(String id, String by, String reason) {
        RunId run = run(id);
        Attribution attribution = new Attribution(by, reason);
        return redis.retrying(() -> steps.redrive(run, step(id), attribution));
    }

    /**
     * Puts every dead step back to work whose letter fits, the first dead first. Steps that die
     * again meanwhile are left for another time. Any number may do this at once: each step is
     * published once.
     */
    public BulkRedrive.Done redriveAll(LetterFilter filter, BulkRedrive bulk, Attribution by) {
        Instant now = Instant.ofEpochMilli(redis.retrying(() -> RedisTime.millis(redis)));
        Instant before = filter.before(now.plusMillis(1)).diedBefore().orElseThrow();
        // A step may have died at a time that is yet to come, before the clock was set back.
        LetterScan scan = new LetterScan(redis, namespace, filter, false);
        BulkRedrive.Done done = BulkRedrive.Done.nothing(before);
        while (true) {
            long seen = scan.seen();
            List<StoredLetter> page = scan.next(PAGE);
            if (page.isEmpty()) {
                return done.seen(scan.seen(), scan.unreadable());
            }
            Set<String> dead = redis.retrying(() -> dead(page));
            for (StoredLetter letter : page) {
                if (done.published() >= bulk.atMost()) {
                    return done;
                }
                RedriveStep.Outcome outcome = RedriveStep.Outcome.ALREADY;
                if (dead.contains(letter.letter().id())) {
                    outcome = redrive(letter, bulk, by);
                }
                done = done.seen(++seen, scan.unreadable()).and(outcome);
                bulk.progress().accept(done);
            }
        }
    }

    private RedriveStep.Outcome redrive(StoredLetter letter, BulkRedrive bulk, Attribution by) {
        if (bulk.dryRun()) {
            return RedriveStep.Outcome.PUBLISHED;
        }
        bulk.pace().await();
        try {
            return redis.retrying(() -> steps.redrive(letter.run(), letter.letter().step(), by));
        } catch (LostDefinitionException lost) {
            // The others go back all the same; who retries this one by its id is told.
            return RedriveStep.Outcome.GONE;
        }
    }

    private Set<String> dead(List<StoredLetter> page) {
        Set<String> dead = new HashSet<>();
        reader.besides(page)
                .forEach((id, beside) -> {
                    if (RedisFutures.join(beside).isDead()) {
                        dead.add(id);
                    }
                });
        return dead;
    }

    /**
     * Writes down how far people are with a letter, for others who look at it.
     *
     * @param id {@code <run>/<step>}
     * @param status as it was if empty
     * @param by who writes; the reason is the note, at most {@value Investigation#MAX_TEXT}
     *     characters, and may be empty if only the status is another
     * @throws IllegalArgumentException for an id that is none, or a longer note
     */
    public NoteLetter.Outcome note(
            String id, Optional<Investigation.Status> status, Attribution by) {
        RunId run = run(id);
        if (by.reason().length() > Investigation.MAX_TEXT) {
            throw new IllegalArgumentException(
                    "a note has at most %d characters, found %d"
                            .formatted(Investigation.MAX_TEXT, by.reason().length()));
        }
        NoteLetter.Outcome outcome = NoteLetter.Outcome.CHANGED;
        for (int i = 0; i < TRIES && outcome == NoteLetter.Outcome.CHANGED; i++) {
            outcome = redis.retrying(() -> steps.note(run, step(id), status, by));
        }
        return outcome;
    }

    /**
     * Says what flows into a dead step when it is tried again, in place of what the graph brings.
     * It is not put back to work by this.
     *
     * @param id {@code <run>/<step>}
     * @param input anything that Jackson can write, at most 2 MiB as JSON and nested at most
     *     {@value Json#MAX_VALUE_DEPTH} levels deep
     * @throws IllegalArgumentException for an id that is none, or a larger or deeper input
     */
    public EditStep.Outcome edit(String id, @Nullable Object input, Attribution by) {
        RunId run = run(id);
        byte[] json = Json.writeValue(input);
        if (json.length > MAX_INPUT) {
            throw new IllegalArgumentException(
                    "the input has %d bytes, at most %d are allowed"
                            .formatted(json.length, MAX_INPUT));
        }
        return redis.retrying(() -> steps.edit(run, step(id), json, by));
    }

    /**
     * Removes a letter, also one that cannot be read. Its step stays dead and is not listed any
     * more; its run still shows it.
     *
     * @param id {@code <run>/<step>}
     * @throws IllegalArgumentException for an id that is none
     */
    public PurgeLetter.Outcome purge(String id, Attribution by) {
        RunId run = run(id);
        return redis.retrying(() ->
                entry(run, id)
                        .map(entry ->
                                stored(run, entry)
                                        .map(letter -> steps.purge(letter, by))
                                        .orElseGet(() -> steps.purge(run, step(id), entry, by)))
                        .orElse(PurgeLetter.Outcome.GONE));
    }

    /**
     * Removes the letters that fit, the first dead first.
     *
     * @param atMost no more than so many
     * @param action told of each that was removed
     */
    public void purgeAll(LetterFilter filter, int atMost, Attribution by, Consumer<String> action) {
        long removed = 0;
        LetterScan scan = new LetterScan(redis, namespace, filter, false);
        while (removed < atMost) {
            List<StoredLetter> page = scan.next((int) Math.min(PAGE, atMost - removed));
            if (page.isEmpty()) {
                return;
            }
            for (StoredLetter letter : page) {
                if (redis.retrying(() -> steps.purge(letter, by)) == PurgeLetter.Outcome.PURGED) {
                    removed++;
                    action.accept(letter.letter().id());
                }
            }
        }
    }

    private static RunId run(String id) {
        if (id.length() < 38 || id.charAt(36) != '/') {
            throw new IllegalArgumentException(
                    "a dead letter's id is <run>/<step>, found '" + id + "'");
        }
        return new RunId(id.substring(0, 36));
    }

    private static String step(String id) {
        return id.substring(37);
    }
}
