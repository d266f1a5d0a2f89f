package dev.stepweir.proof;

import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.CommandProxy.Command;
import dev.stepweir.testkit.CommandProxy.Fate;
import dev.stepweir.testkit.CommandProxy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A place where a role may die: at its n-th command of a kind, before that or after. */
record CrashPoint(Role role, Occurrence occurrence, Side side) {

    static final int MOST_OCCURRENCES = 3;

    enum Role {
        WORKER,
        ORCHESTRATOR,
        REAPER
    }

    enum Side {
        BEFORE,
        AFTER
    }

    enum Outcome {
        CRASHED,
        NOT_REACHED
    }

    /**
     * The n-th of its kind.
     *
     * @param operation a script's name, or a command's
     * @param number 1 for the first
     */
    record Occurrence(String operation, int number) {}

    /** Lets the role die there. */
    Rule rule() {
        AtomicInteger seen = new AtomicInteger();
        return command -> {
            boolean here =
                    operation(command).equals(occurrence.operation())
                            && seen.incrementAndGet() == occurrence.number();
            if (!here) {
                return Fate.PASSES;
            }
            return side == Side.BEFORE ? Fate.DIES_BEFORE : Fate.DIES_AFTER;
        };
    }

    /** Counts what a role does. */
    static final class Recording implements Rule {

        private final Map<String, Integer> counts = new TreeMap<>();

        @Override
        public synchronized Fate of(Command command) {
            counts.merge(operation(command), 1, Integer::sum);
            return Fate.PASSES;
        }

        synchronized List<Occurrence> occurrences() {
            List<Occurrence> occurrences = new ArrayList<>();
            counts.forEach((operation, count) -> {
                for (int n = 1; n <= Math.min(count, MOST_OCCURRENCES); n++) {
                    occurrences.add(new Occurrence(operation, n));
                }
            });
            return occurrences;
        }
    }

    /** A script by its name, another command by its own. */
    static String operation(Command command) {
        return switch (command.name()) {
            case "EVALSHA" -> script(command.first());
            case "CLIENT", "XGROUP", "XINFO", "SCRIPT" -> command.name() + " " + command.first();
            default -> command.name();
        };
    }

    private static String script(String sha) {
        for (Script script : Script.values()) {
            if (script.sha().equals(sha)) {
                return script.fileName();
            }
        }
        return "EVALSHA";
    }
}
