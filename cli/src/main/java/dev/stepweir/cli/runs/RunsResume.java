package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Patience;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.client.RunResult;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.resume.Holder;
import dev.stepweir.operator.resume.LockAttempt;
import dev.stepweir.operator.resume.ResumeLock;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.operator.resume.ResumeOutcome;
import dev.stepweir.operator.resume.ResumePlan;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs resume}. */
@Command(
        name = "resume",
        description = {
            "Take a run up again that was paused, or that dead steps block.",
            "What is pending comes first, then what failed, then what has a dead letter, each",
            "step once. One operator at a time."
        })
final class RunsResume implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Option(names = "--include-dlq", description = "Take along steps that have a dead letter.")
    private boolean includeDlq;

    @Option(
            names = "--reset-failed",
            description = {
                "Take along steps that failed, whether they are dead or wait for a retry:",
                "their attempts are forgiven and they are tried at once."
            })
    private boolean resetFailed;

    @Option(
            names = "--max-additional-retries",
            paramLabel = "N",
            description = {
                "So many more attempts for each of them (as their retry policy says), counted by",
                "its policy for failures like the last one."
            })
    private @Nullable Integer retries;

    @Mixin private RecordOptions record;

    @Option(
            names = "--wait",
            description = "Keep the lock until the run has ended, and tell how it went.")
    private boolean wait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            description = "With --wait: stop waiting after this long; the run goes on.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(names = "--dry-run", description = "Only show what would be taken up.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (timeout.isPresent() && !wait) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--wait-timeout goes with --wait: else nothing is waited for");
        }
        ResumeOptions options = options();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            RunId run = asked.find(client.runs());
            if (dryRun) {
                ResumePlan plan =
                        client.resumes()
                                .plan(run, options)
                                .orElseThrow(() -> RunReference.missing(run));
                tell(plan, output);
                if (json) {
                    output.json(ResumeJson.of(plan));
                }
                return 0;
            }
            return switch (client.resumes().lock(run, record.attribution().by())) {
                case LockAttempt.NoSuchRun() -> throw RunReference.missing(run);
                case LockAttempt.HeldBy(Holder holder) -> throw locked(run, holder);
                case LockAttempt.Held(ResumeLock lock) -> {
                    try (lock) {
                        yield resume(client, lock, options, output).code();
                    }
                }
            };
        }
    }

    private ResumeOptions options() {
        try {
            return new ResumeOptions(
                    includeDlq,
                    resetFailed,
                    retries == null ? OptionalInt.empty() : OptionalInt.of(retries));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--max-additional-retries: " + e.getMessage());
        }
    }

    private static CommandFailure locked(RunId run, Holder holder) {
        return new CommandFailure(
                ExitCode.CONFLICT,
                "run "
                        + run
                        + " is being resumed by "
                        + holder.sentence()
                        + "; its lock is free when that has ended");
    }

    private ExitCode resume(
            StepweirClient client, ResumeLock lock, ResumeOptions options, Output output)
            throws InterruptedException {
        RunId run = lock.run();
        return switch (lock.resume(options, record.attribution().reason())) {
            case ResumeOutcome.Resumed resumed when ResumeJson.isNothing(resumed) -> {
                output.say("nothing to resume: the run is " + resumed.plan().state());
                yield end(client, lock, resumed, output);
            }
            case ResumeOutcome.Resumed resumed -> {
                tell(resumed.plan(), output);
                output.say(
                        "resumed: %d announced, %d published, %d had moved on"
                                .formatted(
                                        resumed.announced(), resumed.published(), resumed.moved()));
                yield end(client, lock, resumed, output);
            }
            case ResumeOutcome.Over(RunState state) when state == RunState.CANCELLED ->
                    throw new CommandFailure(
                            ExitCode.CONFLICT, "run " + run + " was cancelled: it stays so");
            case ResumeOutcome.Over over -> {
                output.say("run " + run + " has completed: nothing is left of it");
                if (json) {
                    output.json(ResumeJson.over(run, RunState.COMPLETED));
                }
                yield ExitCode.OK;
            }
            case ResumeOutcome.Locked(Holder holder) -> throw locked(run, holder);
            case ResumeOutcome.LockLost() -> throw lost(run);
            case ResumeOutcome.NoSuchRun() -> throw RunReference.missing(run);
        };
    }

    private static CommandFailure lost(RunId run) {
        return new CommandFailure(
                ExitCode.CONFLICT,
                "the lock of run " + run + " lapsed on the way; resume it again to do the rest");
    }

    private ExitCode end(
            StepweirClient client, ResumeLock lock, ResumeOutcome.Resumed resumed, Output output)
            throws InterruptedException {
        RunId run = lock.run();
        Optional<RunState> closed = Optional.empty();
        if (wait) {
            closed = Optional.of(await(client, lock).state());
        }
        RunView view = client.show(run).orElseThrow(() -> RunReference.missing(run));
        // Who waited is told how it closed, also when somebody has opened it again since.
        RunState state = closed.orElse(view.state());
        if (wait) {
            output.say("run " + run + " " + state);
        }
        if (json) {
            output.json(ResumeJson.of(resumed, view, state));
        }
        return switch (state) {
            case FAILED -> wait ? ExitCode.FAILED : ExitCode.OK;
            case CANCELLED -> wait ? ExitCode.CANCELLED : ExitCode.OK;
            case SUBMITTED, RUNNING, PAUSED, COMPLETED -> ExitCode.OK;
        };
    }

    /** The lock is renewed meanwhile, so that nobody else takes the run up. */
    private RunResult await(StepweirClient client, ResumeLock lock) throws InterruptedException {
        return new Patience(timeout)
                .await(
                        client,
                        lock.run(),
                        client.completion(lock.run()),
                        () -> lock.lease().dividedBy(3),
                        () -> {
                            if (!lock.renew()) {
                                throw lost(lock.run());
                            }
                        });
    }

    private void tell(ResumePlan plan, Output output) {
        if (!json) {
            Table table = new Table("STEP", "SOURCE", "STATE", "ACT");
            Stream.concat(plan.items().stream(), plan.left().stream())
                    .forEach(item ->
                            table.row(item.step(), item.source(), item.state(), item.act()));
            table.print(output.out());
        }
        output.say(
                "%d pending, %d failed, %d dead: %d steps, %d named twice and taken once"
                        .formatted(
                                plan.pending(),
                                plan.failed(),
                                plan.dead(),
                                plan.items().size(),
                                plan.duplicates()));
        if (!plan.left().isEmpty()) {
            output.say(
                    plan.left().size()
                            + " failed steps are left as they are: --include-dlq, --reset-failed");
        }
    }
}
