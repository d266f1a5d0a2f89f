package dev.stepweir.cli.terminal;

import dev.stepweir.redis.Namespace;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that stand with any command, before or after its name; the later ones win. */
public final class ServerOptions {

    private static final String MIXIN = "server";

    private static final String LOCAL = "redis://localhost:6379";

    @Option(
            names = "--redis",
            paramLabel = "URL",
            description = {
                "Where Redis is: redis://, rediss:// or redis-sentinel://.",
                "Else STEPWEIR_REDIS, else what 'stepweir dev' or 'redis' runs in this directory,"
                        + " else redis://localhost:6379."
            })
    private @Nullable String redis;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Whose runs. Else STEPWEIR_NAMESPACE, else 'default'.")
    private @Nullable String namespace;

    @Option(
            names = "--verbose",
            description = "Show the stack trace of a failure. Also STEPWEIR_DEBUG=1.")
    private boolean verbose;

    /** Gives a command and those under it these options, unless it has some of its own. */
    public static void addTo(CommandLine commandLine) {
        if (!commandLine.getCommandSpec().optionsMap().containsKey("--redis")) {
            commandLine.addMixin(MIXIN, new ServerOptions());
        }
        commandLine.getSubcommands().values().forEach(ServerOptions::addTo);
    }

    /** The options that a command was given. */
    public static ServerOptions of(CommandSpec command) {
        ServerOptions merged = new ServerOptions();
        for (@Nullable CommandSpec at = command; at != null; at = at.parent()) {
            CommandSpec mixin = at.mixins().get(MIXIN);
            if (mixin != null && mixin.userObject() instanceof ServerOptions outer) {
                merged.fillFrom(outer);
            }
        }
        return merged;
    }

    private void fillFrom(ServerOptions outer) {
        redis = redis == null ? outer.redis : redis;
        namespace = namespace == null ? outer.namespace : namespace;
        verbose |= outer.verbose;
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

    /** Whether the command line says where Redis is; the environment speaks to all commands. */
    public boolean saysAddress() {
        return redis != null;
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
