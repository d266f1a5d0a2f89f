package dev.stepweir.cli.terminal;

import dev.stepweir.client.AwaitTimeoutException;
import dev.stepweir.client.IntakeRefusedException;
import dev.stepweir.client.PayloadTooLargeException;
import dev.stepweir.client.RunConflictException;
import dev.stepweir.client.UnknownRunException;
import dev.stepweir.operator.UnknownStepException;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.UnreadableException;
import dev.stepweir.worker.SupersededException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into one sentence and an exit code; a stack trace only on demand. */
public final class FailurePrinter implements IExecutionExceptionHandler {

    @Override
    public int handleExecutionException(
            Exception thrown, CommandLine commandLine, ParseResult parsed) {
        // What a reply could not be read as has come through a future.
        Throwable failure =
                thrown.getCause() instanceof UnreadableException garbled ? garbled : thrown;
        PrintWriter err = commandLine.getErr();
        ExitCode code = code(failure);
        err.println("stepweir: " + sentence(failure, code));
        if (ServerOptions.of(commandLine.getCommandSpec()).verbose()) {
            failure.printStackTrace(err);
        }
        return code.code();
    }

    /** Which exit code a failure has. */
    static ExitCode code(Throwable failure) {
        return switch (failure) {
            case CommandFailure known -> known.exitCode();
            case IntakeRefusedException full -> ExitCode.REFUSED;
            case PayloadTooLargeException large -> ExitCode.BAD_INPUT;
            case UnknownStepException unknown -> ExitCode.CONFLICT;
            case UnknownRunException unknown -> ExitCode.CONFLICT;
            case LostDefinitionException lost -> ExitCode.CONFLICT;
            case RunConflictException conflict -> ExitCode.CONFLICT;
            case AwaitTimeoutException late -> ExitCode.TIMED_OUT;
            case SupersededException over -> ExitCode.SUPERSEDED;
            case UnreadableException garbled -> ExitCode.FAILED;
            case IllegalArgumentException wrong -> ExitCode.BAD_INPUT;
            case RedisCommandExecutionException refused ->
                    Redis.isForbidden(refused) ? ExitCode.NO_REDIS : ExitCode.FAILED;
            case RedisException gone -> ExitCode.NO_REDIS;
            default -> ExitCode.FAILED;
        };
    }

    private static String sentence(Throwable failure, ExitCode code) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        String shown =
                Text.oneLine(
                        Redis.withoutPassword(message.strip().replaceAll("\\s*\\R\\s*", "; ")));
        if (failure instanceof RedisException) {
            return "Redis: " + shown;
        }
        if (failure instanceof UnreadableException) {
            return shown
                    + " (stepweir doctor names the place; runs cancel and runs purge work without)";
        }
        if (code == ExitCode.FAILED && !(failure instanceof CommandFailure)) {
            return "unexpected: "
                    + failure.getClass().getSimpleName()
                    + ": "
                    + shown
                    + " (--verbose shows more)";
        }
        return shown;
    }
}
