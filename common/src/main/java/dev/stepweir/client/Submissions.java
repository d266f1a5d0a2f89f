package dev.stepweir.client;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
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

    private record Known(String hash, int partition) {}

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
        byte[] json = Json.write(input);
        if (json.length > MAX_INPUT) {
            return CompletableFuture.failedFuture(
                    new PayloadTooLargeException(json.length, MAX_INPUT));
        }
        Prepared prepared = prepare(workflow);
        Known here = new Known(prepared.hash(), id.partition());
        Keys keys = namespace.keys(id);
        byte[] definition = known.contains(here) ? Bytes.EMPTY : prepared.json();
        return memory.requireRoom()
                .thenCompose(room -> send(keys, id, prepared, definition, json, watch))
                .thenCompose(outcome ->
                        outcome == SubmitRun.Outcome.UNKNOWN_WORKFLOW
                                ? send(keys, id, prepared, prepared.json(), json, watch)
                                : CompletableFuture.completedFuture(outcome))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(named(failure)))
                .thenApply(outcome -> requireAccepted(outcome, id, here))
                .thenCombine(durability.get(), SubmittedRun::new);
    }

    private CompletableFuture<SubmitRun.Outcome> send(
            Keys keys, RunId id, Prepared prepared, byte[] definition, byte[] input, String watch) {
        String name = prepared.workflow().name();
        return new SubmitRun(keys, id, prepared.hash(), definition, name, input, watch)
                .runAsync(redis.scripts());
    }

    private RunId requireAccepted(SubmitRun.Outcome outcome, RunId id, Known here) {
        return switch (outcome) {
            case ACCEPTED, ALREADY -> {
                known.add(here);
                yield id;
            }
            case CONFLICT ->
                    throw new RunConflictException(
                            "run " + id + " exists and runs another definition");
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
