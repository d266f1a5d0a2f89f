package dev.stepweir.handler;

import java.util.Map;

/**
 * Handlers that every worker process has: {@code echo} returns what flows in, {@code sleep} waits
 * {@code duration_ms}, {@code fail-n-times} fails its first {@code fail_count} attempts.
 */
public final class BuiltInHandlers implements HandlerProvider {

    private static final long DEFAULT_SLEEP_MILLIS = 1_000;

    @Override
    public void provide(Handlers handlers) {
        handlers.add("echo", (input, context) -> input);
        handlers.add("sleep", (input, context) -> sleep(context));
        handlers.add("fail-n-times", (input, context) -> failNTimes(context));
        handlers.add("FailNTimesHandler", (input, context) -> failNTimes(context));
    }

    private static Map<String, Object> sleep(StepContext context) throws InterruptedException {
        long millis = context.setting("duration_ms", DEFAULT_SLEEP_MILLIS);
        if (millis < 0) {
            throw new PermanentStepException(
                    "setting 'duration_ms' must not be negative, found " + millis);
        }
        Thread.sleep(millis);
        return Map.of("slept_ms", millis);
    }

    private static Map<String, Object> failNTimes(StepContext context) {
        long failures = context.setting("fail_count", 1);
        int attempt = context.attempt();
        if (attempt <= failures) {
            throw new IllegalStateException(
                    "attempt " + attempt + " fails as asked (fail_count " + failures + ")");
        }
        return Map.of(
                "attempts_before_success",
                attempt,
                "message",
                "succeeded on attempt " + attempt + " after " + (attempt - 1) + " failures");
    }
}
