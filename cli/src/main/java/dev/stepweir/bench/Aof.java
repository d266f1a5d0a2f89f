package dev.stepweir.bench;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Locale;

/** How durable the server's writes are while it is measured. */
enum Aof {
    /** No append-only file. */
    NO(AppendFsync.NO),
    /** An append-only file, forced to disk once a second. */
    EVERYSEC(AppendFsync.EVERYSEC),
    /** An append-only file, forced to disk before every reply. */
    ALWAYS(AppendFsync.ALWAYS);

    private final AppendFsync option;

    Aof(AppendFsync option) {
        this.option = option;
    }

    /** The name in options and reports. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    AppendFsync option() {
        return option;
    }

    /**
     * Asks a running server.
     *
     * @throws BenchException if it keeps a file that it never forces to disk
     */
    static Aof of(RedisCommands<String, String> server) {
        if (!"yes".equals(server.configGet("appendonly").get("appendonly"))) {
            return NO;
        }
        String fsync = server.configGet("appendfsync").getOrDefault("appendfsync", "");
        return switch (fsync) {
            case "everysec" -> EVERYSEC;
            case "always" -> ALWAYS;
            default ->
                    throw new BenchException(
                            "appendfsync is '%s'; set it to everysec or always, or appendonly to no"
                                    .formatted(fsync));
        };
    }
}
