package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.fleet.Fleet;
import dev.stepweir.operator.fleet.RoleBeat;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir health}: for the health checks of containers. */
@Command(
        name = "health",
        description = {
            "Exit with 0 if a process has shown a sign of life lately, else with 1: an"
                    + " orchestrator or reaper within 30 s, a worker within three heartbeats.",
            "Without an id: any process of this host."
        })
public final class HealthCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            description = "What the process printed after 'ready <role>', or a worker's --name.")
    private @Nullable String id;

    /** Who beats, where it says it is, and when it was heard. */
    private record Beat(String id, String host, Instant last, boolean alive) {}

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<Beat> beats = beats(session.client()).filter(wanted()).toList();
            if (beats.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        id == null ? "no process of this host is known" : id + " is not known");
            }
            beats.forEach(beat ->
                    output.line(
                            beat.id()
                                    + (beat.alive() ? " alive " : " silent since ")
                                    + Text.time(beat.last())));
            boolean alive = beats.stream().anyMatch(Beat::alive);
            return alive ? ExitCode.OK.code() : ExitCode.FAILED.code();
        }
    }

    private Predicate<Beat> wanted() {
        if (id != null) {
            // A worker that was given a name appends the number of its start.
            return beat -> beat.id().equals(id) || beat.id().startsWith(id + "#");
        }
        String host = RoleBeat.host();
        return beat -> beat.host().equals(host);
    }

    private static Stream<Beat> beats(StepweirClient client) {
        Fleet fleet = client.fleet();
        return Stream.concat(
                fleet.roles().stream()
                        .map(role ->
                                new Beat(
                                        role.id(),
                                        RoleBeat.hostOf(role.id()),
                                        role.lastBeat(),
                                        role.alive())),
                fleet.workers().stream()
                        .map(worker ->
                                new Beat(
                                        worker.id(),
                                        worker.record().path("host").asString(""),
                                        worker.lastBeat(),
                                        worker.alive())));
    }
}
