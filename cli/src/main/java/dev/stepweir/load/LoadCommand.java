package dev.stepweir.load;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.fleet.Fleet;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import dev.stepweir.workflow.Fault;
import dev.stepweir.workflow.Workflow;
import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stepweir load}. */
@Command(
        name = "load",
        description = {
            "Load a stack that runs: submit, await, print throughput and latencies.",
            "Exit with 1 if any run did not complete."
        })
public final class LoadCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(names = "--runs", paramLabel = "N", description = "Runs in all (${DEFAULT-VALUE}).")
    private int runs = 250;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Runs that are open at once (${DEFAULT-VALUE}).")
    private int concurrency = 50;

    @Option(
            names = "--workflow",
            paramLabel = "FILE",
            description = "The definition to run. Default: one step, eight, one; all 'echo'.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            description = "A run that takes longer counts as failed (60s).")
    private Duration patience = Duration.ofSeconds(60);

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Output output = Output.of(spec);
        LoadPlan plan = plan();
        try (Session session = Session.open(spec)) {
            requireSomebody(session.client());
            LoadReport report = run(session.client(), plan);
            if (json) {
                output.json(report.json());
            } else {
                report.lines().forEach(output::line);
            }
            boolean complete = report.completed() == plan.runs();
            return (complete ? ExitCode.OK : ExitCode.FAILED).code();
        }
    }

    private LoadPlan plan() {
        try {
            return new LoadPlan(
                    file.map(LoadCommand::read).orElseGet(LoadPlan::fan),
                    runs,
                    concurrency,
                    patience);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Workflow read(Path file) {
        return switch (new DefinitionReader().read(file)) {
            case Definition.Valid(Workflow workflow, List<Fault> warnings) -> {
                refuse(workflow.runnable());
                yield workflow;
            }
            case Definition.Invalid(List<Fault> faults) -> {
                refuse(faults);
                throw new IllegalStateException("an invalid definition has faults");
            }
        };
    }

    private static void refuse(List<Fault> faults) {
        if (!faults.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT,
                    faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
        }
    }

    /** Without them every run would only time out, one patience after the other. */
    private static void requireSomebody(StepweirClient client) {
        Fleet fleet = client.fleet();
        boolean orchestrator =
                fleet.roles().stream()
                        .anyMatch(role -> role.alive() && role.id().startsWith("orchestrator"));
        boolean worker = fleet.workers().stream().anyMatch(WorkerView::alive);
        if (!orchestrator || !worker) {
            String missing =
                    Stream.of(orchestrator ? "" : "orchestrator", worker ? "" : "worker")
                            .filter(name -> !name.isEmpty())
                            .collect(Collectors.joining(" and no "));
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "no %s has shown a sign of life lately: nobody would do the work"
                            .formatted(missing));
        }
    }

    private LoadReport run(StepweirClient client, LoadPlan plan) throws InterruptedException {
        Console console = System.console();
        if (json || console == null || !console.isTerminal()) {
            return new Load(client, plan, ended -> {}).run();
        }
        try (ProgressBar bar =
                new ProgressBarBuilder()
                        .setTaskName("runs")
                        .setInitialMax(plan.runs())
                        .setStyle(ProgressBarStyle.ASCII)
                        .build()) {
            return new Load(client, plan, ignored -> bar.step()).run();
        }
    }
}
