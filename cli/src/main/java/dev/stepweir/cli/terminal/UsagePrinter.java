package dev.stepweir.cli.terminal;

import dev.stepweir.redis.Redis;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a mistake on the command line into one sentence, and says where the usage is. */
public final class UsagePrinter implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        String message = message(mistake, command);
        err.println(
                "stepweir: "
                        + Redis.withoutPassword(Text.oneLine(message))
                        + "; see "
                        + name
                        + " --help");
        err.flush();
        return ExitCode.BAD_INPUT.code();
    }

    /**
     * What is not known comes first: its value was taken for something else, or it is what seems to
     * be missing.
     */
    private static String message(ParameterException mistake, CommandLine command) {
        boolean unmatched = mistake instanceof UnmatchedArgumentException;
        if (unmatched || mistake instanceof MissingParameterException) {
            List<String> unknown =
                    mistake instanceof UnmatchedArgumentException known
                            ? known.getUnmatched()
                            : command.getUnmatchedArguments();
            Optional<String> option =
                    unknown.stream().filter(word -> word.matches("-.+")).findFirst();
            if (option.isPresent()) {
                String name = option.get().replaceFirst("=.*", "");
                return "Unknown option: '" + name + "'" + meant(name, command);
            }
            if (unmatched && !unknown.isEmpty() && !command.getSubcommands().isEmpty()) {
                return unknownCommand(unknown.getFirst(), command);
            }
        }
        return mistake.getMessage() == null
                ? "wrong usage"
                : mistake.getMessage().replaceFirst("^Error: ", "");
    }

    private static String unknownCommand(String name, CommandLine command) {
        return command.getCommand() instanceof NounCommand
                ? "Unknown verb: '"
                        + name
                        + "', not one of "
                        + String.join(", ", command.getSubcommands().keySet())
                : "Unknown command: '" + name + "'" + meant(name, command);
    }

    private static String meant(String name, CommandLine command) {
        return new UnmatchedArgumentException(command, List.of(name))
                .getSuggestions().stream()
                        .findFirst()
                        .map(near -> " (did you mean '" + near + "'?)")
                        .orElse("");
    }
}
