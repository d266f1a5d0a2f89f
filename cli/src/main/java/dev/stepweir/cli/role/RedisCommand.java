package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.DevServer;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.embedded.RedisUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir redis}. */
@Command(
        name = "redis",
        description = {
            "Run a Redis on a free port of 127.0.0.1, for trying out the roles one by one.",
            "Its data survives a restart. Other commands started in this directory find it."
        })
public final class RedisCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where data is kept, and a note of the address (${DEFAULT-VALUE}).")
    private Path data = Path.of(DevServer.DIRECTORY);

    @Override
    public Integer call() throws InterruptedException {
        Output output = Output.of(spec);
        DataDirectory directory = DataDirectory.claim(data);
        try (StopSignal stop = new StopSignal();
                RedisServer server = start(directory)) {
            Path note = directory.write(server.uri());
            output.say(server.description() + ", its address is in " + note);
            output.line("ready redis " + server.port());
            output.out().flush();
            var unused = server.end().thenRun(() -> stop.end(ExitCode.FAILED));
            ExitCode code = stop.await();
            Files.deleteIfExists(note);
            output.say(code == ExitCode.OK ? "stopping" : "the server ended by itself");
            return code.code();
        } catch (IOException e) {
            output.say("the note of where Redis was is left behind: " + e.getMessage());
            return ExitCode.OK.code();
        }
    }

    private static RedisServer start(DataDirectory directory) {
        try {
            return RedisServer.start(
                    RedisServerOptions.forRuntime()
                            .withDataDir(directory.redis())
                            .withAppendFsync(AppendFsync.EVERYSEC));
        } catch (RedisUnavailableException e) {
            throw new CommandFailure(
                    ExitCode.NO_REDIS, "cannot start a Redis: " + e.getMessage(), e);
        }
    }
}
