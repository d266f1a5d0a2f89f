package dev.stepweir.worker;

import dev.stepweir.handler.StepContext;
import dev.stepweir.json.Json;
import dev.stepweir.once.SharedKeys.Found;
import dev.stepweir.run.RunId;
import dev.stepweir.text.PrefixedLogger;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a handler sees of its execution. */
record ExecutionContext(Execution execution, StepInputs inputs, Optional<Found.Mine> shared)
        implements StepContext {

    @Override
    public RunId runId() {
        return execution.assignment().step().run();
    }

    @Override
    public String workflow() {
        return execution.workflow();
    }

    @Override
    public String step() {
        return execution.assignment().step().step();
    }

    @Override
    public int attempt() {
        return execution.assignment().ledgers().attempt();
    }

    @Override
    public long dispatchNumber() {
        return execution.assignment().dispatch().number();
    }

    @Override
    public String idempotencyKey() {
        return shared.map(Found.Mine::key)
                .orElseGet(() -> execution.assignment().step().idempotencyKey());
    }

    @Override
    public long fencingToken() {
        return shared.map(Found.Mine::token).orElseGet(this::dispatchNumber);
    }

    @Override
    public <T extends @Nullable Object> T once(
            String name, Class<T> type, Callable<? extends T> action) throws Exception {
        return execution.journal().once(name, type, action);
    }

    @Override
    public Map<String, @Nullable Object> settings() {
        return execution.step().definition().settings();
    }

    @Override
    public <T> Optional<T> runInput(Class<T> type) {
        return inputs.runInput().map(json -> Json.read(json, type));
    }

    @Override
    public <T> Optional<T> output(String dependency, Class<T> type) {
        return inputs.output(dependency).map(json -> Json.read(json, type));
    }

    @Override
    public boolean isCancelled() {
        return execution.isCancelled();
    }

    @Override
    public Logger logger() {
        return new PrefixedLogger(
                LoggerFactory.getLogger(
                        "dev.stepweir.handler." + execution.assignment().step().handler()),
                "run=" + runId() + " step=" + step() + " attempt=" + attempt() + " ");
    }
}
