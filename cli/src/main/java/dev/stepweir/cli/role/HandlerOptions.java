package dev.stepweir.cli.role;

import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.HandlerJars;
import dev.stepweir.handler.Handlers;
import dev.stepweir.worker.WorkerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a worker executes, and how much at once. */
public final class HandlerOptions {

    /** What they are called on the command line. */
    public static final List<String> NAMES = List.of("--handlers", "--concurrency");

    @Option(
            names = "--handlers",
            paramLabel = "JAR",
            split = ",",
            description =
                    "Jars with your handlers; may be repeated. Built in: echo, sleep,"
                            + " fail-n-times.")
    private List<Path> jars = new ArrayList<>();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Steps executed at once (${DEFAULT-VALUE}).")
    private int concurrency = WorkerConfig.DEFAULT.concurrency();

    private @Nullable Handlers loaded;

    /**
     * Those built in, those on the class path, and those in the jars; loaded once.
     *
     * @throws IllegalArgumentException for a jar that cannot be used
     */
    public Handlers handlers() {
        if (loaded == null) {
            loaded = load();
        }
        return loaded;
    }

    private Handlers load() {
        Handlers handlers = new Handlers().addAll(new BuiltInHandlers());
        HandlerJars.loadClassPath(handlers);
        if (!jars.isEmpty()) {
            HandlerJars.load(jars, handlers);
        }
        return handlers;
    }

    int concurrency() {
        return concurrency;
    }
}
