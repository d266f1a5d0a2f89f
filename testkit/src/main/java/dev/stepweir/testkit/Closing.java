package dev.stepweir.testkit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Closes what takes its time to close. */
public final class Closing {

    private Closing() {}

    /**
     * Closes all of them at once, and waits for the last.
     *
     * @throws CompletionException with what one of them threw
     */
    public static void together(List<? extends AutoCloseable> all) {
        CompletableFuture.allOf(
                        all.stream().map(Closing::closing).toArray(CompletableFuture[]::new))
                .join();
    }

    private static CompletableFuture<Void> closing(AutoCloseable one) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        one.close();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                Thread::startVirtualThread);
    }
}
