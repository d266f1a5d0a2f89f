package dev.stepweir.proof;

import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.proxy.CommandProxy.Command;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import dev.stepweir.testkit.proxy.CommandProxy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
        /** The command never arrives. */
        BEFORE,
        /** The command is executed, and nobody hears of it. */
        AFTER,
        /** The same, but the role lives on. */
        REPLY_LOST
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

    /** Lets it happen there. */
    Trap trap() {
        return new Trap(this);
    }

    /** Springs once. */
    static final class Trap implements Rule {

        private final CrashPoint point;
        private final AtomicInteger seen = new AtomicInteger();
        private final CountDownLatch sprung = new CountDownLatch(1);

        private Trap(CrashPoint point) {
            this.point = point;
        }

        @Override
        public Fate of(Command command) {
            boolean here =
                    operation(command).equals(point.occurrence().operation())
                            && seen.incrementAndGet() == point.occurrence().number();
            if (!here) {
                return Fate.PASSES;
            }
            sprung.countDown();
            return switch (point.side()) {
                case BEFORE -> Fate.DIES_BEFORE;
                case AFTER -> Fate.DIES_AFTER;
                case REPLY_LOST -> Fate.LOSES_REPLY;
            };
        }

        boolean isSprung() {
            return sprung.getCount() == 0;
        }

        void awaitSprung() throws InterruptedException {
            sprung.await();
        }

        boolean awaitSprung(long millis) throws InterruptedException {
            return sprung.await(millis, TimeUnit.MILLISECONDS);
        }
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
