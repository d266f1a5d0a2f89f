package dev.stepweir.cli.terminal;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A noun without a verb: says which verbs there are. */
public abstract class NounCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing verb: one of " + String.join(", ", spec.subcommands().keySet()));
    }
}
