package dev.stepweir.cli;

import dev.stepweir.json.Json;
import dev.stepweir.testkit.TestRedis;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Executes commands and keeps what they print. */
final class Terminal {

    private final List<String> always;

    /**
     * @param always arguments that every command gets
     */
    Terminal(String... always) {
        this.always = List.of(always);
    }

    /** Whose commands speak with the namespace of a test. */
    static Terminal on(TestRedis server) {
        return new Terminal("--redis", server.uri(), "--namespace", server.namespace());
    }

    record Result(int code, String out, String err) {

        /** The last line of standard output. */
        JsonNode json() {
            if (out.isEmpty()) {
                throw new AssertionError("code " + code + " and nothing but: " + err);
            }
            return Json.tree(out.lines().toList().getLast());
        }
    }

    Result execute(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(always);
        int code =
                Stepweir.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(all.toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }
}
