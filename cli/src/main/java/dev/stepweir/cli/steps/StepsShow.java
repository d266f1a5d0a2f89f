package dev.stepweir.cli.steps;

import dev.stepweir.cli.runs.HistoryDetails;
import dev.stepweir.cli.runs.RunReference;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.json.Json;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.Runs;
import dev.stepweir.operator.StepDetail;
import dev.stepweir.operator.StepView;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.text.Durations;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.RetryPolicy;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir steps show}. */
@Command(
        name = "show",
        description = {
            "Show what a step has been through and what comes next.",
            "Its state, what was charged, its retry policy, its last error, its history."
        })
final class StepsShow implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Parameters(index = "1", paramLabel = "STEP", description = "The step's name.")
    private String step;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Runs runs = session.client().runs();
            RunId run = asked.find(runs);
            StepDetail detail = runs.step(run, step).orElseThrow(() -> RunReference.missing(run));
            if (json) {
                output.json(StepJson.of(detail));
            } else {
                print(detail, output);
            }
            return 0;
        }
    }

    private static void print(StepDetail detail, Output output) {
        StepView step = detail.step();
        RetryPolicy policy = detail.policyInForce();
        output.line("run       " + detail.run());
        output.line("step      " + Text.oneLine(step.name()));
        output.line("handler   " + Text.oneLine(step.handler()));
        output.line("state     " + step.state());
        output.line("attempt   " + step.attempt() + ", dispatch " + step.dispatch());
        output.line(
                "charged   "
                        + step.failures()
                        + " failures, "
                        + step.crashes()
                        + " crashes; "
                        + step.redeliveries()
                        + " deliveries were free");
        output.line(
                "allowed   "
                        + detail.attemptsAllowed()
                        + " attempts, "
                        + detail.failuresSinceRedrive()
                        + " have failed"
                        + (detail.retryEligible() ? "" : "; none is to come"));
        output.line("policy    " + policy(policy));
        output.line("worker    " + step.worker().orElse(Text.NONE));
        step.nextRetryAt().ifPresent(due -> output.line("next      " + Text.exactTime(due)));
        step.error().ifPresent(error -> print(error, output));
        if (!step.output().isNull()) {
            output.line("output    " + Text.oneLine(Json.text(step.output())));
        }
        output.line("");
        Table table = new Table("AT", "EVENT", "STATE", "DETAILS");
        for (HistoryEntry entry : detail.history()) {
            table.row(
                    Text.exactTime(entry.at()),
                    entry.event(),
                    entry.state(),
                    HistoryDetails.text(entry));
        }
        table.print(output.out());
    }

    private static String policy(RetryPolicy policy) {
        String cap = " up to " + Durations.text(policy.cap());
        String word = policy.backoff().word();
        return switch (policy.backoff()) {
            case NONE, IMMEDIATE -> word;
            case SERVER_SPECIFIED -> word + (policy.hardCap() ? cap : "");
            case FIXED, LINEAR, EXPONENTIAL, JITTERED_EXPONENTIAL -> {
                boolean grows =
                        policy.backoff() == Backoff.EXPONENTIAL
                                || policy.backoff() == Backoff.JITTERED_EXPONENTIAL;
                yield word
                        + " from "
                        + Durations.text(policy.base())
                        + (grows ? " x " + policy.multiplier() : "")
                        + cap
                        + ", jitter "
                        + policy.jitter();
            }
        };
    }

    private static void print(StepError error, Output output) {
        output.line("error     " + Text.oneLine(error.type() + ": " + error.message()));
        output.line(
                "          "
                        + error.category()
                        + " "
                        + error.code()
                        + ", confidence "
                        + error.confidence()
                        + (error.finalAttempt() ? ", the last attempt" : ""));
        if (!error.hint().isEmpty()) {
            output.line("          hint: " + Text.oneLine(error.hint()));
        }
    }
}
