package dev.stepweir.cli;

import dev.stepweir.bench.BenchCommand;
import dev.stepweir.cli.breakers.BreakersCommand;
import dev.stepweir.cli.dlq.DlqCommand;
import dev.stepweir.cli.fleet.DoctorCommand;
import dev.stepweir.cli.fleet.HealthCommand;
import dev.stepweir.cli.fleet.QueuesCommand;
import dev.stepweir.cli.fleet.WorkersCommand;
import dev.stepweir.cli.role.DevCommand;
import dev.stepweir.cli.role.OrchestratorCommand;
import dev.stepweir.cli.role.ReaperCommand;
import dev.stepweir.cli.role.RedisCommand;
import dev.stepweir.cli.role.WorkerCommand;
import dev.stepweir.cli.run.RunCommand;
import dev.stepweir.cli.run.ValidateCommand;
import dev.stepweir.cli.runs.ExplainCommand;
import dev.stepweir.cli.runs.RunReference;
import dev.stepweir.cli.runs.RunsCommand;
import dev.stepweir.cli.steps.StepsCommand;
import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.Converters;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.FailurePrinter;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.cli.terminal.UsagePrinter;
import dev.stepweir.load.LoadCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line. Started without a command it explains itself and exits with 2. */
@Command(
        name = "stepweir",
        description = "Durable workflows on nothing but Redis.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionResource.class,
        subcommands = {
            ValidateCommand.class,
            RunCommand.class,
            RunsCommand.class,
            StepsCommand.class,
            ExplainCommand.class,
            DlqCommand.class,
            BreakersCommand.class,
            WorkersCommand.class,
            QueuesCommand.class,
            HealthCommand.class,
            DoctorCommand.class,
            DevCommand.class,
            OrchestratorCommand.class,
            WorkerCommand.class,
            ReaperCommand.class,
            RedisCommand.class,
            LoadCommand.class,
            BenchCommand.class,
            HelpCommand.class,
            GenerateCompletion.class
        })
public final class Stepweir implements Callable<Integer> {

    @Spec private CommandSpec spec;

    Stepweir() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        try {
            Logging.choose(args);
        } catch (CommandFailure wrong) {
            System.err.println("stepweir: " + wrong.getMessage());
            System.exit(wrong.exitCode().code());
        }
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        CommandLine commandLine = commandLine().setOut(out);
        System.exit(execute(commandLine, args));
    }

    /**
     * Runs one command. What it prints is for a file or another program, so one that could not
     * print all of it has failed.
     *
     * @param commandLine with its own standard output set, so that all commands share it
     * @return the exit code
     */
    static int execute(CommandLine commandLine, String... args) {
        int code = commandLine.execute(args);
        // A writer keeps its failures to itself until it is asked.
        if (code == ExitCode.OK.code() && commandLine.getOut().checkError()) {
            commandLine.getErr().println("stepweir: not all of the output could be written");
            return ExitCode.FAILED.code();
        }
        return code;
    }

    /** The command line, ready to execute. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Stepweir());
        ServerOptions.addTo(commandLine);
        Converters.register(commandLine);
        commandLine.registerConverter(RunReference.class, RunReference::parse);
        commandLine.setExecutionExceptionHandler(new FailurePrinter());
        commandLine.setParameterExceptionHandler(new UsagePrinter());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        // A value such as @input.json is read by its option, as JSON.
        commandLine.setExpandAtFiles(false);
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            codes.put(String.valueOf(code.code()), code.meaning());
        }
        commandLine.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
        commandLine.getCommandSpec().usageMessage().exitCodeList(codes);
        return commandLine;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.BAD_INPUT.code();
    }
}
