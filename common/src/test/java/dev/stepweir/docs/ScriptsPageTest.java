package dev.stepweir.docs;

import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.ScriptHeader;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptsPageTest {

    @Test
    void the_page_of_scripts_is_what_their_headers_say() {
        GeneratedPage page =
                new GeneratedPage(
                        "Scripts",
                        """
                        Every change of stored state is one of these scripts, run by Redis as one
                        unit. One that moves a step or a run is guarded: repeated after a lost reply
                        it says what became of the first call and changes nothing. A star means any
                        number.
                        """);
        for (Script script : Script.values()) {
            describe(page, ScriptHeader.of(script));
        }
        page.check("scripts.md");
    }

    private static void describe(GeneratedPage page, ScriptHeader header) {
        page.section("`" + header.name() + "`").paragraph(header.summary());
        if (!header.allowsOom()) {
            page.paragraph("Refused when Redis is out of memory.");
        }
        String moves = String.join(", ", moves(header.name()));
        if (!moves.isEmpty()) {
            page.paragraph("Moves (see [states](states.md)): " + moves + ".");
        }
        page.table(
                List.of("", "Name", "Meaning"),
                Stream.concat(rows("key", header.keys()), rows("arg", header.args())).toList());
        page.paragraph("Answers: " + header.answer());
    }

    private static Stream<List<String>> rows(String kind, List<ScriptHeader.Item> items) {
        return items.stream()
                .map(item ->
                        List.of(
                                kind,
                                "`" + item.name() + (item.any() ? "*" : "") + "`",
                                item.text()));
    }

    private static List<String> moves(String script) {
        return Stream.concat(
                        Stream.of(StepTransition.values())
                                .filter(t -> t.script().equals(script))
                                .map(t -> "step `" + t + "`"),
                        Stream.of(RunTransition.values())
                                .filter(t -> t.script().equals(script))
                                .map(t -> "run `" + t + "`"))
                .toList();
    }
}
