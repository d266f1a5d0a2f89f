package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.fail;

import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepState;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The moves that scripts were seen to make; one that the tables do not have fails the test. */
final class Moves {

    private static final String STEP = "s:";

    private final Set<StepTransition> steps = EnumSet.noneOf(StepTransition.class);
    private final Set<RunTransition> runs = EnumSet.noneOf(RunTransition.class);

    Set<StepTransition> steps() {
        return steps;
    }

    Set<RunTransition> runs() {
        return runs;
    }

    /** Compares every run before and after one call; a run that came or went has not moved. */
    void record(Script script, RedisState before, RedisState after) {
        before.asMap().keySet().stream()
                .filter(key -> key.startsWith("run:") && after.asMap().containsKey(key))
                .forEach(key -> compare(script, fields(before, key), fields(after, key)));
    }

    private void compare(Script script, Map<String, String> before, Map<String, String> after) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            String old = before.getOrDefault(name, "PENDING");
            String now = after.getOrDefault(name, "PENDING");
            if (name.startsWith(STEP) && !old.equals(now)) {
                steps.add(
                        stepMove(
                                script,
                                StepState.valueOf(word(old)),
                                StepState.valueOf(word(now))));
            }
        }
        RunState old = RunState.valueOf(word(before.get("head")));
        RunState now = RunState.valueOf(word(after.get("head")));
        if (old != now) {
            runs.add(runMove(script, old, now));
        }
    }

    private static StepTransition stepMove(Script script, StepState from, StepState to) {
        Optional<StepTransition> row =
                Stream.of(StepTransition.values())
                        .filter(t -> t.script().equals(script.fileName()))
                        .filter(t -> t.from() == from && t.to() == to)
                        .findFirst();
        return row.orElseGet(
                () -> fail("no row for a step from %s to %s by %s", from, to, script.fileName()));
    }

    private static RunTransition runMove(Script script, RunState from, RunState to) {
        Optional<RunTransition> row =
                Stream.of(RunTransition.values())
                        .filter(t -> t.script().equals(script.fileName()))
                        .filter(t -> t.from() == from && t.to() == to)
                        .findFirst();
        return row.orElseGet(
                () -> fail("no row for a run from %s to %s by %s", from, to, script.fileName()));
    }

    private static Map<String, String> fields(RedisState state, String key) {
        Map<String, String> fields = new TreeMap<>();
        state.get(key)
                .lines()
                .skip(1)
                .forEach(line -> {
                    int equals = line.indexOf(" = ");
                    fields.put(line.substring(0, equals), line.substring(equals + 3));
                });
        return fields;
    }

    private static String word(String stored) {
        int space = stored.indexOf(' ');
        return space < 0 ? stored : stored.substring(0, space);
    }
}
