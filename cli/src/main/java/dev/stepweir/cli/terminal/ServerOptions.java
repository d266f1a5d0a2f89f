package dev.stepweir.cli.terminal;

import dev.stepweir.redis.Namespace;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that stand with any command, before or after its name. */
public final class ServerOptions {

    /** Under which name the root has these options. */
    public static final String MIXIN = "server";

    private static final String LOCAL = "redis://localhost:6379";

    @Option(
            names = "--redis",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = {
                "Where Redis is: redis://, rediss:// or redis-sentinel://.",
                "Else STEPWEIR_REDIS, else what 'stepweir dev' runs in this directory,"
                        + " else redis://localhost:6379."
            })
    private @Nullable String redis;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Whose runs. Else STEPWEIR_NAMESPACE, else 'default'.")
    private @Nullable String namespace;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of a failure. Also STEPWEIR_DEBUG=1.")
    private boolean verbose;

    /** The options that a command was given. */
    public static ServerOptions of(CommandSpec command) {
        CommandSpec mixin = command.root().mixins().get(MIXIN);
        if (mixin == null) {
            throw new IllegalStateException("the root has no options named " + MIXIN);
        }
        return (ServerOptions) mixin.userObject();
    }

    /** Where Redis is, password and all. */
    public String address() {
        if (redis != null) {
            return redis;
        }
        return environment("STEPWEIR_REDIS")
                .or(() -> DevServer.find(Path.of("")).map(DevServer::url))
                .orElse(LOCAL);
    }

    public String namespace() {
        if (namespace != null) {
            return namespace;
        }
        return environment("STEPWEIR_NAMESPACE").orElse(Namespace.DEFAULT_NAME);
    }

    public boolean verbose() {
        return verbose || environment("STEPWEIR_DEBUG").isPresent();
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }
}
