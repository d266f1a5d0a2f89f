package dev.stepweir.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code stepweir help}. */
@Command(name = "help", description = "Show the usage of a command, as its --help does.")
final class HelpCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Its words: runs list.")
    private List<String> words = List.of();

    @Override
    public Integer call() {
        CommandLine at = spec.commandLine().getParent();
        for (String word : words) {
            CommandLine next = at.getSubcommands().get(word);
            if (next == null) {
                throw new UnmatchedArgumentException(at, List.of(word));
            }
            at = next;
        }
        at.usage(spec.commandLine().getOut());
        return 0;
    }
}
