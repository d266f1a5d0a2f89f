package dev.stepweir.proof;

import dev.stepweir.json.Json;
import dev.stepweir.proof.StoredPartition.StoredRun;
import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Compares what one run holds with what the witness saw of its executions. */
final class WitnessCheck {

    private final StoredRun run;
    private final List<Testimony> testimonies;
    private final List<Violation> found = new ArrayList<>();

    WitnessCheck(StoredRun run, List<Testimony> testimonies) {
        this.run = run;
        this.testimonies = testimonies;
    }

    static Map<String, List<Testimony>> byRun(List<Testimony> testimonies) {
        Map<String, List<Testimony>> byRun = new HashMap<>();
        testimonies.forEach(t -> byRun.computeIfAbsent(t.run(), r -> new ArrayList<>()).add(t));
        return byRun;
    }

    List<Violation> check() {
        for (String step : run.steps()) {
            if (run.graph().step(step).handler().equals(Witness.HANDLER)) {
                check(step, testimonies.stream().filter(t -> t.step().equals(step)).toList());
            }
        }
        return found;
    }

    private void check(String step, List<Testimony> mine) {
        StepField field = run.step(step);
        Set<Long> dispatches = new HashSet<>();
        for (Testimony testimony : mine) {
            if (!dispatches.add(testimony.dispatch())) {
                violated(Invariant.STARTED_ONCE, testimony.toString());
            }
        }
        Ledgers ledgers = field.ledgers();
        int explained = 1 + ledgers.failures() + ledgers.crashes() + ledgers.redeliveries();
        if (mine.size() > explained) {
            violated(
                    Invariant.EXECUTIONS_EXPLAINED,
                    step + " has " + mine.size() + ", its ledgers tell of " + explained);
        }
        if (field.state() == StepState.SUCCEEDED) {
            committed(step, field.published().number(), mine);
        }
    }

    private void committed(String step, long number, List<Testimony> mine) {
        String token = token(step);
        for (Testimony testimony : mine) {
            if (testimony.dispatch() > number) {
                violated(Invariant.NOTHING_AFTER_COMMIT, testimony + ", committed " + number);
            }
        }
        List<Testimony> current = mine.stream().filter(t -> t.dispatch() == number).toList();
        if (current.stream().noneMatch(t -> t.token().equals(token))) {
            violated(
                    Invariant.COMMIT_WITNESSED,
                    step + " holds " + token + " of dispatch " + number + ", witnessed " + current);
        }
        for (Testimony testimony : mine) {
            testimony
                    .saw()
                    .forEach((from, seen) -> {
                        boolean only = from.isEmpty();
                        List<String> dependencies = run.graph().dependencies(step);
                        String source = only ? dependencies.getFirst() : from;
                        if (!seen.equals(token(source))) {
                            violated(
                                    Invariant.INPUT_COMMITTED,
                                    testimony + ", but " + source + " holds " + token(source));
                        }
                    });
        }
    }

    private String token(String step) {
        String stored = run.fields().getOrDefault(StepFields.output(step), "");
        if (!stored.startsWith("=")) {
            return "nothing";
        }
        return Json.read(stored.substring(1), JsonNode.class)
                .path(Witness.TOKEN)
                .asString("nothing");
    }

    private void violated(Invariant invariant, String about) {
        found.add(new Violation(invariant, run.id() + ": " + about));
    }
}
