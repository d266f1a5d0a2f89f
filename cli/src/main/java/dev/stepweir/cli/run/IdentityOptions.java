package dev.stepweir.cli.run;

import dev.stepweir.client.Identity;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What makes two submits the same one. */
final class IdentityOptions {

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = {
                "Start one run under this key however often it is submitted:",
                "the same again finds the run that there is, another input is a conflict."
            })
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--idempotency",
            paramLabel = "STRATEGY",
            description = {
                "caller-provided (with --key), always-unique (without), or strict:",
                "refuse a second submit of the same key or, without one, of the same input."
            })
    private Optional<String> strategy = Optional.empty();

    Identity read(CommandSpec spec) {
        String chosen =
                strategy.orElse(key.isPresent() ? "caller-provided" : "always-unique")
                        .toLowerCase(Locale.ROOT);
        return switch (chosen) {
            case "strict" -> new Identity.Strict(key);
            case "caller-provided" ->
                    Identity.key(
                            key.orElseThrow(() ->
                                    wrong(spec, "--idempotency caller-provided needs a --key")));
            case "always-unique" -> {
                if (key.isPresent()) {
                    throw wrong(spec, "--idempotency always-unique and --key exclude each other");
                }
                yield Identity.alwaysUnique();
            }
            default ->
                    throw wrong(
                            spec,
                            "--idempotency must be strict, caller-provided or always-unique,"
                                    + " found '"
                                    + strategy.orElse("")
                                    + "'");
        };
    }

    private static ParameterException wrong(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
