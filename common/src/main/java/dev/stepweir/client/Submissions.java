package dev.stepweir.client;

import dev.stepweir.json.CanonicalJson;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.NoteEvent;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.redis.script.SubmitRun.Claim;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunClaim;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands runs over to Redis. A definition travels only to a partition that does not know it: what
 * this client sent before is not sent again unless Redis asks for it.
 */
final class Submissions {

    /** Bytes that an input may have as JSON. */
    static final int MAX_INPUT = 2 * 1024 * 1024;

    /** A definition ready to be sent. */
    private record Prepared(Workflow workflow, String hash, byte[] json) {}

    /** One submit as it is sent, however often. */
    private record Request(RunId id, Prepared prepared, byte[] input, String watch, Claim claim) {}

    private record Known(String hash, int partition) {}

    /** Definitions remembered to be stored; one that is not is sent once more. */
    private static final int KNOWN = 10_000;

    private final Redis redis;
    private final Namespace namespace;
    private final ServerMemory memory;
    private final ServerDurability durability;
    private final Set<Known> known = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Prepared last;

    Submissions(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.memory = new ServerMemory(redis);
        this.durability = new ServerDurability(redis);
    }

    /**
     * Submits a run under an id. Repeating it with the same id is safe.
     *
     * @param watch channel to tell when the run closes, or empty
     */
    CompletableFuture<SubmittedRun> submit(
            RunId id, Workflow workflow, @Nullable Object input, String watch) {
        Request request =
                new Request(id, prepare(workflow), Json.writeValue(input), watch, Claim.NONE);
        return send(request)
                .thenApply(outcome -> requireAccepted(outcome, id))
                .thenCombine(durability.get(), SubmittedRun::new);
    }

    /** As {@link #submit(RunId, Workflow, Object, String)}, under a key. */
    CompletableFuture<Submission> submit(
            RunId id, Workflow workflow, @Nullable Object input, String key, boolean strict) {
        byte[] json = Json.writeValue(input);
        Claim claim = new Claim(key, CanonicalJson.hash(json));
        return submit(new Request(id, prepare(workflow), json, "", claim), strict);
    }

    private CompletableFuture<Submission> submit(Request request, boolean strict) {
        return send(request)
                .thenCompose(outcome -> {
                    if (outcome == SubmitRun.Outcome.KEY_TAKEN) {
                        return compare(request, strict);
                    }
                    RunId id = requireAccepted(outcome, request.id());
                    return durability
                            .get()
                            .thenApply(
                                    worth -> new Submission.Started(new SubmittedRun(id, worth)));
                });
    }

    /** The key was taken when Redis looked; if its run has been removed since, it is free again. */
    private CompletableFuture<Submission> compare(Request request, boolean strict) {
        String key = request.claim().key();
        byte[] record = Bytes.of(namespace.keys(request.id()).callerKey(key));
        return redis.commands()
                .get(record)
                .toCompletableFuture()
                .thenCompose(stored -> {
                    if (stored == null) {
                        return submit(request, strict);
                    }
                    RunClaim there = RunClaim.parse(Bytes.text(stored));
                    RunClaim asked =
                            new RunClaim(
                                    request.id(),
                                    request.prepared().hash(),
                                    request.claim().inputHash());
                    return noted(there, asked)
                            .thenCompose(noted -> durability.get())
                            .thenApply(worth -> told(key, there, asked, strict, worth));
                });
    }

    /** That a run was found is a line in its history; without the line it is found all the same. */
    private CompletableFuture<String> noted(RunClaim there, RunClaim asked) {
        if (!there.asksForTheSameAs(asked)) {
            return CompletableFuture.completedFuture("another run was asked for");
        }
        String event =
                HistoryEvent.record(
                        HistoryEvent.DUPLICATE,
                        Map.of("why", "submitted again under its key, with the same input"));
        return new NoteEvent(namespace.keys(there.run()), there.run(), event)
                .runAsync(redis.scripts())
                .handle((outcome, failure) -> String.valueOf(failure == null ? outcome : failure));
    }

    private static Submission told(
            String key, RunClaim there, RunClaim asked, boolean strict, Durability worth) {
        if (!there.asksForTheSameAs(asked)) {
            return new Submission.Conflict(key, there, asked);
        }
        return strict
                ? new Submission.Duplicate(key, there)
                : new Submission.Existing(new SubmittedRun(there.run(), worth));
    }

    /** The key of those who give none: the same definition with the same input. */
    String strictKey(Workflow workflow, @Nullable Object input) {
        return "strict:"
                + prepare(workflow).hash()
                + ":"
                + CanonicalJson.hash(Json.writeValue(input));
    }

    private CompletableFuture<SubmitRun.Outcome> send(Request request) {
        if (request.input().length > MAX_INPUT) {
            return CompletableFuture.failedFuture(
                    new PayloadTooLargeException(request.input().length, MAX_INPUT));
        }
        Prepared prepared = request.prepared();
        Known here = new Known(prepared.hash(), request.id().partition());
        byte[] definition = known.contains(here) ? Bytes.EMPTY : prepared.json();
        return memory.requireRoom()
                .thenCompose(room -> send(request, definition))
                .thenCompose(outcome ->
                        outcome == SubmitRun.Outcome.UNKNOWN_WORKFLOW
                                ? send(request, prepared.json())
                                : CompletableFuture.completedFuture(outcome))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(named(failure)))
                .thenApply(outcome -> {
                    if (outcome == SubmitRun.Outcome.ACCEPTED) {
                        if (known.size() >= KNOWN) {
                            known.clear();
                        }
                        known.add(here);
                    }
                    return outcome;
                });
    }

    private CompletableFuture<SubmitRun.Outcome> send(Request request, byte[] definition) {
        Prepared prepared = request.prepared();
        return new SubmitRun(
                        namespace.keys(request.id()),
                        request.id(),
                        prepared.hash(),
                        definition,
                        prepared.workflow().name(),
                        request.input(),
                        request.watch(),
                        request.claim())
                .runAsync(redis.scripts());
    }

    private static RunId requireAccepted(SubmitRun.Outcome outcome, RunId id) {
        return switch (outcome) {
            case ACCEPTED, ALREADY -> id;
            case CONFLICT ->
                    throw new RunConflictException(
                            "run " + id + " exists and runs another definition");
            case KEY_TAKEN -> throw new IllegalStateException("no key was given, and it is taken");
            case UNKNOWN_WORKFLOW ->
                    throw new IllegalStateException("the definition was sent and is not there");
        };
    }

    /** Hashing a definition costs more than sending a run; most callers submit one many times. */
    private Prepared prepare(Workflow workflow) {
        Prepared before = last;
        if (before != null && before.workflow().equals(workflow)) {
            return before;
        }
        Prepared fresh = new Prepared(workflow, workflow.hash(), WorkflowJson.write(workflow));
        last = fresh;
        return fresh;
    }

    private static RuntimeException named(Throwable failure) {
        RuntimeException problem = Answers.unwrapped(failure);
        if (String.valueOf(problem.getMessage()).startsWith("OOM")) {
            return new IntakeRefusedException(
                    "Redis has reached its maxmemory and accepts nothing new: raise maxmemory, or"
                            + " purge finished runs (stepweir runs purge)",
                    problem);
        }
        return problem;
    }

    /** For callers that wait: repeats what a passing failure interrupted. */
    <T> T retrying(Supplier<CompletableFuture<T>> submission) {
        return redis.retrying(() -> Answers.join(submission.get()));
    }
}
