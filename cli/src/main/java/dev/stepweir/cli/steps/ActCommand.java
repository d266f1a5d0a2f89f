package dev.stepweir.cli.steps;

import dev.stepweir.cli.runs.RunReference;
import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** An act on one step: says what became of it, or what is in its way. */
@Command(footer = {"", "Say why with --reason: it is kept in the run's history."})
abstract class ActCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Parameters(index = "1", paramLabel = "STEP", description = "The step's name.")
    private String step = "";

    @Mixin private RecordOptions record;

    @Option(names = "--dry-run", description = "Only say what would become of it.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    private final StepAct act;

    ActCommand(StepAct act) {
        this.act = act;
    }

    /** Does it. */
    abstract ActResult act(Steps steps, RunId run, String step, Attribution by);

    /** Reads what else was said, before anything is done. */
    void prepare() {}

    @Override
    public Integer call() {
        Attribution by = dryRun ? record.attribution() : record.explained(spec);
        prepare();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            RunId run = asked.find(session.client().runs());
            Steps steps = session.client().steps();
            ActResult result = dryRun ? steps.check(act, run, step) : act(steps, run, step, by);
            switch (result) {
                case ActResult.Done done -> tell(run, done, output);
                case ActResult.Refused refused ->
                        throw new CommandFailure(ExitCode.CONFLICT, refused.sentence());
            }
            return 0;
        }
    }

    private void tell(RunId run, ActResult.Done done, Output output) {
        if (json) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("run_id", run.text());
            shown.put("step", step);
            shown.put("act", act.name());
            shown.put("from", done.from().name());
            shown.put("to", done.to().name());
            shown.put("run_status", done.run().name());
            shown.put("run_completed", done.completesRun());
            shown.put("dry_run", dryRun);
            output.json(shown);
            return;
        }
        output.say(
                "step '%s' %s: %s -> %s%s"
                        .formatted(
                                step,
                                (dryRun ? "would be " : "is ") + act.done(),
                                done.from(),
                                done.to(),
                                ofRun(run, done.run())));
    }

    /** What else an operator has to know of the run. */
    private static String ofRun(RunId run, RunState state) {
        return switch (state) {
            case COMPLETED -> "; its run is COMPLETED";
            case PAUSED -> "; its run is PAUSED: stepweir runs resume " + run;
            default -> "";
        };
    }
}
