package dev.stepweir.once;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StepAbandonedException;
import dev.stepweir.json.Json;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.RecordOnce;
import dev.stepweir.redis.script.ScriptRunner;
import dev.stepweir.run.StepFields;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a handler has done by name: of this execution and of those before it. Thread-safe. */
public final class Journal {

    static final int MAX_NAME = 200;

    private final Dispatched work;
    private final RunStore runs;
    private final ScriptRunner scripts;
    private final Map<String, byte[]> known = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    public Journal(Dispatched work, RunStore runs, ScriptRunner scripts) {
        this.work = work;
        this.runs = runs;
        this.scripts = scripts;
    }

    /** See {@link dev.stepweir.handler.StepContext#once(String, Class, Callable)}. */
    public <T extends @Nullable Object> T once(
            String name, Class<T> type, Callable<? extends T> action) throws Exception {
        check(name);
        ReentrantLock lock = locks.computeIfAbsent(name, n -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            byte[] json = known.get(name);
            if (json == null) {
                json = noted(name).orElse(null);
            }
            if (json == null) {
                json = note(name, StepValue.encode("what was done once", action.call()));
            }
            known.put(name, json);
            return read(name, json, type);
        } finally {
            lock.unlock();
        }
    }

    /** Nobody was here before the first dispatch: it need not ask. */
    private Optional<byte[]> noted(String name) throws InterruptedException {
        if (work.dispatch().number() == 1) {
            return Optional.empty();
        }
        String field = StepFields.once(work.step().step(), name);
        return Persistence.ask(() -> runs.value(work.keys(), work.step().run(), field));
    }

    private byte[] note(String name, byte[] json) throws InterruptedException {
        RecordOnce record = new RecordOnce(work.keys(), work.step(), work.expected(), name, json);
        RecordOnce.Outcome outcome = Persistence.ask(() -> record.run(scripts));
        return switch (outcome) {
            // KEPT: the reply to this very note was lost, and it was sent again.
            case NOTED, KEPT -> json;
            case ALREADY, STALE, RUN_CLOSED, GONE ->
                    throw new StepAbandonedException(
                            "not the current execution any more: " + outcome);
        };
    }

    private static void check(String name) {
        if (name.isBlank()
                || name.length() > MAX_NAME
                || !Json.wellFormed(name)
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new PermanentStepException(
                    "a name for what is done once has 1 to %d characters that can be printed"
                            .formatted(MAX_NAME));
        }
    }

    @SuppressWarnings("NullAway") // null is what an action without a result gave
    private static <T extends @Nullable Object> T read(String name, byte[] json, Class<T> type) {
        try {
            return Json.read(json, type);
        } catch (RuntimeException e) {
            throw new PermanentStepException(
                    "what was done once as '%s' cannot be read as %s: %s"
                            .formatted(name, type.getName(), e.getMessage()),
                    e);
        }
    }
}
