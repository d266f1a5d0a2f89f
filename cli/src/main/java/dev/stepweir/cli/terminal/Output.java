package dev.stepweir.cli.terminal;

import dev.stepweir.json.Json;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Data goes to standard output, talk to standard error. */
public record Output(PrintWriter out, PrintWriter err) {

    public static Output of(CommandSpec command) {
        return new Output(command.commandLine().getOut(), command.commandLine().getErr());
    }

    /** One line of JSON. */
    public void json(@Nullable Object value) {
        out.println(Json.text(value));
        out.flush();
    }

    public void line(String text) {
        out.println(text);
    }

    public void say(String text) {
        err.println(text);
        err.flush();
    }
}
