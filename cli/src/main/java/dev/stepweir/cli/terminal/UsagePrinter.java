package dev.stepweir.cli.terminal;

import dev.stepweir.redis.Redis;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/** Turns a mistake on the command line into one sentence, and says where the usage is. */
public final class UsagePrinter implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        String message = mistake.getMessage() == null ? "wrong usage" : mistake.getMessage();
        err.println(
                "stepweir: "
                        + Redis.withoutPassword(Text.oneLine(message))
                        + "; see "
                        + name
                        + " --help");
        err.flush();
        return ExitCode.BAD_INPUT.code();
    }
}
