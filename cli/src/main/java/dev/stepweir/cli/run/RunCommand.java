package dev.stepweir.cli.run;

import dev.stepweir.cli.role.AllInOne;
import dev.stepweir.cli.role.HandlerOptions;
import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.client.Identity;
import dev.stepweir.client.RunConflictException;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.Submission;
import dev.stepweir.client.SubmittedRun;
import dev.stepweir.client.WatchedRun;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.workflow.Fault;
import dev.stepweir.workflow.Workflow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code stepweir run}. */
@Command(
        name = "run",
        description = {
            "Submit a run of a definition and wait for its end.",
            "Interrupting this command ends the waiting, not the run."
        })
public final class RunCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "The definition, YAML or JSON; - is standard input.")
    private Path file;

    @Option(
            names = "--input",
            paramLabel = "JSON|@FILE",
            description = "The run's input, or the file that has it; null if not said.")
    private @Nullable String input;

    @Option(
            names = "--local",
            description = "Run it in this process with a Redis of its own that ends with it.")
    private boolean local;

    @Mixin private HandlerOptions handlers;

    @Mixin private IdentityOptions identity;

    @Option(names = "--detach", description = "Print the run's id and do not wait.")
    private boolean detach;

    @Mixin private WaitingOptions waitOptions;

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        Output output = Output.of(spec);
        JsonNode value = RunInput.read(input);
        Identity asked = identity.read(spec);
        Optional<Workflow> workflow = workflow(output);
        if (workflow.isEmpty()) {
            return ExitCode.BAD_INPUT.code();
        }
        if (local) {
            return executeLocally(workflow.get(), value, asked, output);
        }
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            return detach
                    ? submit(client, workflow.get(), value, asked, output)
                    : await(client, watched(client, workflow.get(), value, asked, output), output);
        }
    }

    /** What would be read and have no effect is refused: it was meant to have one. */
    private void checkOptions() {
        if (detach && local) {
            throw refused("--detach and --local exclude each other: the run would end");
        }
        if (local && ServerOptions.of(spec).saysAddress()) {
            throw refused("--local and --redis exclude each other: it has a Redis of its own");
        }
        if (detach && waitOptions.hasTimeout()) {
            throw refused("--detach and --wait-timeout exclude each other: nothing is waited for");
        }
        for (String option : HandlerOptions.NAMES) {
            if (!local && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw refused(
                        option
                                + " goes with --local: without it a worker executes the steps,"
                                + " started with 'stepweir worker "
                                + option
                                + " ...' or 'stepweir dev "
                                + option
                                + " ...'");
            }
        }
    }

    private ParameterException refused(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    private int executeLocally(Workflow workflow, JsonNode value, Identity asked, Output output)
            throws InterruptedException {
        String namespace = ServerOptions.of(spec).namespace();
        try (AllInOne all = AllInOne.start(RedisServerOptions.forRuntime(), namespace, handlers);
                Session session = Session.open(all.address(), namespace, output::say)) {
            StepweirClient client = session.client();
            WatchedRun run = watched(client, workflow, value, asked, output);
            CommandFailure ended =
                    new CommandFailure(
                            ExitCode.NO_REDIS, "the run's own Redis has ended by itself");
            var unused =
                    all.redisEnd().thenRun(() -> run.completion().completeExceptionally(ended));
            return await(client, run, output);
        }
    }

    private int await(StepweirClient client, WatchedRun run, Output output)
            throws InterruptedException {
        return waitOptions
                .waiting(client, output, !local)
                .run(run.run().id(), run.completion())
                .code();
    }

    private int submit(
            StepweirClient client,
            Workflow workflow,
            JsonNode value,
            Identity asked,
            Output output) {
        Submission submission = client.submit(workflow, value, asked);
        SubmittedRun run = accepted(submission);
        if (waitOptions.json()) {
            output.json(
                    Map.of(
                            "run_id",
                            run.id().text(),
                            "durability",
                            run.durability(),
                            "existing",
                            submission instanceof Submission.Existing));
        } else {
            output.line(run.id().text());
        }
        return ExitCode.OK.code();
    }

    private static WatchedRun watched(
            StepweirClient client,
            Workflow workflow,
            JsonNode value,
            Identity asked,
            Output output) {
        if (asked instanceof Identity.AlwaysUnique) {
            return client.submitAndWatch(workflow, value);
        }
        Submission submission = client.submit(workflow, value, asked);
        SubmittedRun run = accepted(submission);
        if (submission instanceof Submission.Existing) {
            output.say(submission.sentence());
        }
        return new WatchedRun(run, client.completion(run.id()));
    }

    private static SubmittedRun accepted(Submission submission) {
        try {
            return submission.accepted();
        } catch (RunConflictException e) {
            throw new CommandFailure(ExitCode.BAD_INPUT, submission.sentence(), e);
        }
    }

    private Optional<Workflow> workflow(Output output) {
        DefinitionFile definition = DefinitionFile.read(file);
        definition.faults().forEach(fault -> output.say(fault.toString()));
        definition.warnings().forEach(fault -> output.say("warning: " + fault));
        List<Fault> cannot = definition.workflow().map(this::obstacles).orElse(List.of());
        cannot.forEach(fault -> output.say(file + ": " + fault));
        return definition.workflow().filter(workflow -> cannot.isEmpty());
    }

    /**
     * Why it cannot be executed. Elsewhere a worker may come that has a handler, here none will.
     */
    private List<Fault> obstacles(Workflow workflow) {
        List<Fault> obstacles = new ArrayList<>(workflow.runnable());
        if (local && obstacles.isEmpty()) {
            obstacles.addAll(workflow.withoutHandler(handlers.handlers().byName().keySet()));
        }
        return obstacles;
    }
}
