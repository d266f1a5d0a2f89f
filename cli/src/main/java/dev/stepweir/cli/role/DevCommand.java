package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.DevServer;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dev}. */
@Command(
        name = "dev",
        description = {
            "Run everything in one process, Redis included, for trying things out.",
            "Runs survive a restart. Other commands started in this directory find it."
        })
public final class DevCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private HandlerOptions handlers;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where runs are kept (${DEFAULT-VALUE}).")
    private Path data = Path.of(DevServer.DIRECTORY);

    @Override
    public Integer call() throws InterruptedException {
        Output output = Output.of(spec);
        DataDirectory directory = DataDirectory.claim(data);
        String namespace = ServerOptions.of(spec).namespace();
        RedisServerOptions options =
                RedisServerOptions.forRuntime()
                        .withDataDir(directory.redis())
                        .withAppendFsync(AppendFsync.EVERYSEC);
        try (StopSignal stop = new StopSignal();
                AllInOne all = AllInOne.start(options, namespace, handlers)) {
            Path file = directory.write(all.address());
            output.say(all.description() + ", its address is in " + file);
            output.say(hint());
            output.line("ready dev " + all.workerId());
            output.out().flush();
            var unused = all.redisEnd().thenRun(() -> stop.end(ExitCode.NO_REDIS));
            ExitCode code = stop.await();
            Files.deleteIfExists(file);
            output.say(
                    code == ExitCode.OK
                            ? "stopping"
                            : "its Redis has ended by itself; runs are kept in " + data);
            return code.code();
        } catch (IOException e) {
            output.say("the note of where Redis was is left behind: " + e.getMessage());
        }
        return ExitCode.OK.code();
    }

    private String hint() {
        return data.equals(Path.of(DevServer.DIRECTORY))
                ? "in this directory: stepweir run FILE, stepweir runs list"
                : "elsewhere: STEPWEIR_REDIS=<the address> stepweir runs list";
    }
}
