package dev.stepweir.docs;

import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepState;
import dev.stepweir.state.StepTransition;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StatesPageTest {

    private static final List<String> STATES = List.of("State", "Meaning", "Brought forward by");
    private static final List<String> MOVES = List.of("Move", "From", "When", "To", "Script");

    @Test
    void the_page_of_states_is_what_the_tables_say() {
        GeneratedPage page =
                new GeneratedPage(
                        "States",
                        """
                        What a step and a run can be, and every move between. Each move is made by
                        one script, see [scripts](scripts.md); nothing else moves a step or a run.
                        The last column of the tables of states says who brings work forward when
                        the process that should have done it has died.
                        """);
        steps(
                page.section("Steps")
                        .paragraph(
                                """
                                A step that nothing has happened to has no field: it is `PENDING`.
                                `RUNNING` is shown, not stored: a `READY` step whose entry a worker
                                holds. Finished runs are removed whole by retention.
                                """));
        runs(page.section("Runs"));
        page.check("states.md");
    }

    private static void steps(GeneratedPage page) {
        page.paragraph(
                diagram(
                        StepState.PENDING,
                        Stream.of(StepTransition.values())
                                .map(t -> arrow(t.from(), t.to(), t.name())),
                        Stream.of(StepState.values()).filter(StepState::isFinal)));
        page.table(
                STATES,
                Stream.of(StepState.values())
                        .map(s -> List.of(code(s), s.description(), s.rescuer().description()))
                        .toList());
        page.table(
                MOVES,
                Stream.of(StepTransition.values())
                        .map(t -> row(t, t.from(), t.event(), t.to(), t.script()))
                        .toList());
    }

    private static void runs(GeneratedPage page) {
        page.paragraph(
                diagram(
                        RunState.SUBMITTED,
                        Stream.of(RunTransition.values())
                                .map(t -> arrow(t.from(), t.to(), t.name())),
                        Stream.of(RunState.COMPLETED, RunState.CANCELLED)));
        page.table(
                STATES,
                Stream.of(RunState.values())
                        .map(s -> List.of(code(s), s.description(), s.rescuer().description()))
                        .toList());
        page.table(
                MOVES,
                Stream.of(RunTransition.values())
                        .map(t -> row(t, t.from(), t.event(), t.to(), t.script()))
                        .toList());
    }

    private static List<String> row(
            Enum<?> move, Enum<?> from, String event, Enum<?> to, String script) {
        return List.of(code(move), code(from), event, code(to), "`" + script + "`");
    }

    private static String diagram(
            Enum<?> first, Stream<String> arrows, Stream<? extends Enum<?>> last) {
        StringBuilder text = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        text.append("    [*] --> ").append(first).append('\n');
        arrows.forEach(arrow -> text.append("    ").append(arrow).append('\n'));
        last.forEach(state -> text.append("    ").append(state).append(" --> [*]\n"));
        return text.append("```").toString();
    }

    private static String arrow(Enum<?> from, Enum<?> to, String name) {
        return from + " --> " + to + ": " + name;
    }

    private static String code(Enum<?> word) {
        return "`" + word.name() + "`";
    }
}
