package dev.stepweir.cli;

import dev.stepweir.bench.BenchCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. Started without a command it explains itself and exits with 2. */
@Command(
        name = "stepweir",
        description = "Durable workflows on nothing but Redis.",
        mixinStandardHelpOptions = true,
        subcommands = BenchCommand.class,
        versionProvider = VersionResource.class)
public final class Stepweir implements Callable<Integer> {

    @Spec private CommandSpec spec;

    Stepweir() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Stepweir()).execute(args));
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
