package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.workflow.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir validate}. */
@Command(
        name = "validate",
        description = {
            "Check definitions, and print every fault with its place.",
            "Exit with 2 if there is one. Needs no Redis."
        })
public final class ValidateCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "YAML or JSON files; - is standard input.")
    private List<Path> files;

    @Option(names = "--json", description = "Print one JSON array of faults and warnings.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        List<Map<String, Object>> found = new ArrayList<>();
        boolean valid = true;
        for (Path path : files) {
            DefinitionFile file = DefinitionFile.read(path);
            valid &= file.faults().isEmpty();
            file.faults().forEach(fault -> found.add(json("error", fault)));
            file.warnings().forEach(fault -> found.add(json("warning", fault)));
            if (!json) {
                print(path, file, output);
            }
        }
        if (json) {
            output.json(found);
        }
        return (valid ? ExitCode.OK : ExitCode.BAD_INPUT).code();
    }

    private static void print(Path path, DefinitionFile file, Output output) {
        file.faults().forEach(fault -> output.line(fault.toString()));
        file.warnings().forEach(fault -> output.line("warning: " + fault));
        file.workflow().ifPresent(workflow -> output.line(path + ": ok, " + workflow));
    }

    private static Map<String, Object> json(String level, Fault fault) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("level", level);
        json.put("file", fault.source());
        json.put("line", fault.line());
        json.put("column", fault.column());
        json.put("field", fault.field());
        json.put("found", fault.found());
        json.put("allowed", fault.allowed());
        json.put("message", fault.message());
        return json;
    }
}
