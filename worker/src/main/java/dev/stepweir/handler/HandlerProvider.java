package dev.stepweir.handler;

/**
 * How a jar brings handlers: listed in {@code
 * META-INF/services/dev.stepweir.handler.HandlerProvider} and found by {@code stepweir worker
 * --handlers lib.jar}.
 */
public interface HandlerProvider {

    /** Registers the jar's handlers. */
    void provide(Handlers handlers);
}
