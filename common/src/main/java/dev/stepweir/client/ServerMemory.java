package dev.stepweir.client;

import dev.stepweir.redis.Redis;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Guards the intake: from 90 % of Redis' memory limit on nothing new is accepted, so that what was
 * accepted before has room to finish. What Redis said is believed for a quarter of a second.
 */
final class ServerMemory {

    static final int REFUSE_FROM_PERCENT = 90;
    private static final Duration BELIEVED = Duration.ofMillis(250);

    private record Usage(long used, long limit) {}

    private final Remembered<Usage> usage;

    ServerMemory(Redis redis) {
        this.usage = new Remembered<>(BELIEVED, () -> read(redis));
    }

    private static CompletableFuture<Usage> read(Redis redis) {
        return redis.commands()
                .info("memory")
                .toCompletableFuture()
                .thenApply(
                        text -> new Usage(field(text, "used_memory:"), field(text, "maxmemory:")));
    }

    private static long field(String text, String name) {
        for (String line : text.split("\r?\n")) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).strip());
            }
        }
        return 0;
    }

    /** Completes if there is room, else with {@link IntakeRefusedException}. */
    CompletableFuture<Void> requireRoom() {
        return usage.get().thenAccept(ServerMemory::check);
    }

    private static void check(Usage usage) {
        double percent = usage.limit() == 0 ? 0 : 100.0 * usage.used() / usage.limit();
        if (percent >= REFUSE_FROM_PERCENT) {
            throw new IntakeRefusedException(
                    ("Redis uses %,d MiB of its maxmemory of %,d MiB (%.0f %%), and from %d %% on"
                                    + " no run is accepted: raise maxmemory, or purge finished"
                                    + " runs (stepweir runs purge)")
                            .formatted(
                                    mebibytes(usage.used()),
                                    mebibytes(usage.limit()),
                                    percent,
                                    REFUSE_FROM_PERCENT));
        }
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }
}
