package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.operator.letters.BulkRedrive;
import java.util.Optional;

/** Says how to go on with a bulk retry that ends before its end: by a signal, or by a failure. */
final class Interruption implements AutoCloseable {

    private final Output output;
    private final Thread goodbye = new Thread(this::tell);
    private volatile Optional<BulkRedrive.Done> reached = Optional.empty();

    Interruption(Output output) {
        this.output = output;
        Runtime.getRuntime().addShutdownHook(goodbye);
    }

    /** So far it has come. */
    void reached(BulkRedrive.Done now) {
        reached = Optional.of(now);
    }

    /** It came to its end: there is nothing to say. */
    void done() {
        reached = Optional.empty();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException e) {
            // The JVM is ending: it is being said.
            return;
        }
        tell();
    }

    private void tell() {
        reached.filter(now -> now.published() > 0)
                .ifPresent(now ->
                        output.say(
                                "interrupted, go on where this stopped: the same with"
                                        + " --died-before "
                                        + now.before()));
    }
}
