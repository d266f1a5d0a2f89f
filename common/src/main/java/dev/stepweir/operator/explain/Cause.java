package dev.stepweir.operator.explain;

import dev.stepweir.breaker.BreakerState;
import dev.stepweir.operator.Pause;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One reason why a step is not getting on, or that it is. */
public sealed interface Cause {

    /** The whole sentence, for people. */
    String sentence();

    /** What is behind it, the nearest first. */
    default List<Cause> because() {
        return List.of();
    }

    /** The cause's name for programs, such as {@code IN_QUEUE}. */
    default String word() {
        return getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    /** No orchestrator has taken the run up yet. */
    record NotTakenUp(Instant submitted, long orchestrators) implements Cause {
        @Override
        public String sentence() {
            return "the run was submitted at "
                    + submitted
                    + " and no orchestrator has taken it up: "
                    + Sentences.alive(orchestrators, "orchestrator");
        }
    }

    /** The run is over. */
    record RunClosed(RunState state, Optional<Instant> at, Optional<String> why) implements Cause {
        @Override
        public String sentence() {
            return "the run is "
                    + state
                    + at.map(time -> " since " + time).orElse("")
                    + why.map(text -> ": " + text).orElse("");
        }
    }

    /** The definition of a run that is not over is not stored: its steps are not known. */
    record LostDefinition(String hash) implements Cause {
        @Override
        public String sentence() {
            return LostDefinitionException.sentence(hash);
        }
    }

    /** An operator holds the run up. */
    record RunPaused(Instant at, String by, String reason) implements Cause {
        @Override
        public String sentence() {
            return "the run is "
                    + new Pause(at, by, reason).sentence()
                    + "; stepweir runs resume takes it up again";
        }
    }

    /**
     * Another step must succeed first.
     *
     * @param others how many more must succeed first as well
     * @param skipped how many steps of a long chain are left out before this one
     */
    record Dependency(String step, StepState state, int others, int skipped, List<Cause> because)
            implements Cause {
        @Override
        public String sentence() {
            return (skipped > 0 ? Sentences.count(skipped, "step") + " further up, " : "")
                    + "step '"
                    + step
                    + "' must succeed first and is "
                    + state
                    + (others > 0 ? " (as must " + Sentences.count(others, "other") + ")" : "");
        }
    }

    /** An attempt failed, and the next one has a time. */
    record RetryAt(Instant due, boolean past, int failures, String error, long orchestrators)
            implements Cause {
        @Override
        public String sentence() {
            return (past ? "it was due at " : "it is tried again at ")
                    + due
                    + ", after "
                    + Sentences.count(failures, "failure")
                    + (error.isEmpty() ? "" : ", the last one " + error)
                    + (past
                            ? "; an orchestrator publishes it: "
                                    + Sentences.alive(orchestrators, "orchestrator")
                            : "");
        }
    }

    /** The run as a whole waits for its next attempt. */
    record RunRetryAt(Instant due, int attempt, long orchestrators) implements Cause {
        @Override
        public String sentence() {
            return "dead steps block the run; it is tried again at "
                    + due
                    + " for attempt "
                    + attempt
                    + " by an orchestrator: "
                    + Sentences.alive(orchestrators, "orchestrator");
        }
    }

    /** It was put off at no charge. */
    record PutOff(Instant due, String what) implements Cause {
        @Override
        public String sentence() {
            return "it waits for " + what + ", and looks again at " + due;
        }
    }

    /**
     * A circuit breaker holds it back.
     *
     * @param probeAt when one step is tried, if the breaker is open
     */
    record Parked(
            String dependency,
            BreakerState breaker,
            Optional<Instant> since,
            Optional<Instant> probeAt,
            String why,
            long orchestrators)
            implements Cause {
        @Override
        public String sentence() {
            return "it is parked, charged nothing: the breaker of '"
                    + dependency
                    + "' is "
                    + breaker
                    + since.map(time -> " since " + time).orElse("")
                    + (why.isEmpty() ? "" : " (" + why + ")")
                    + " and "
                    + breaker.description()
                    + probeAt.map(time -> " at " + time).orElse("")
                    + "; an orchestrator lets steps go on: "
                    + Sentences.alive(orchestrators, "orchestrator");
        }
    }

    /** A person is needed. */
    record DeadLetter(String letter, String error) implements Cause {
        @Override
        public String sentence() {
            return "it is dead letter "
                    + letter
                    + (error.isEmpty() ? "" : " (" + error + ")")
                    + " and waits for a person: stepweir dlq show, stepweir dlq retry";
        }
    }

    /** A worker is at it. */
    record Running(String worker, Optional<Instant> since) implements Cause {
        @Override
        public String sentence() {
            return "worker "
                    + worker
                    + " executes it"
                    + since.map(time -> " since " + time).orElse(" and has just taken it");
        }
    }

    /** The worker that holds it has fallen silent. */
    record AwaitsReaper(String worker, Optional<Instant> lastBeat, Duration unrenewed, long reapers)
            implements Cause {
        @Override
        public String sentence() {
            return "worker "
                    + worker
                    + " holds it and is silent"
                    + lastBeat.map(time -> " since " + time).orElse("")
                    + "; its lease was renewed "
                    + unrenewed.toSeconds()
                    + " s ago and a reaper takes it back: "
                    + Sentences.alive(reapers, "reaper");
        }
    }

    /** Nobody alive can execute it. */
    record NoWorker(String handler, List<String> had) implements Cause {
        @Override
        public String sentence() {
            return "no live worker has handler '"
                    + handler
                    + "'; "
                    + (had.isEmpty() ? "nobody known ever had it" : "had by: " + had);
        }
    }

    /** An operator holds its queue up. */
    record QueuePaused(String queue, Instant at, String by, String reason) implements Cause {
        @Override
        public String sentence() {
            return "queue '"
                    + queue
                    + "' is "
                    + new Pause(at, by, reason).sentence()
                    + "; stepweir queues resume lets workers read it again";
        }
    }

    /** It waits its turn. */
    record InQueue(String queue, long ahead, boolean more, long workers) implements Cause {
        @Override
        public String sentence() {
            return "it waits in queue '"
                    + queue
                    + "' behind "
                    + (more ? "more than " : "")
                    + ahead
                    + (ahead == 1 ? " entry" : " entries")
                    + " of its partition, for one of "
                    + Sentences.count(workers, "live worker");
        }
    }

    /** Its entry was lost. */
    record EntryLost(String queue, long orchestrators) implements Cause {
        @Override
        public String sentence() {
            return "its entry in queue '"
                    + queue
                    + "' is gone; an orchestrator publishes it again: "
                    + Sentences.alive(orchestrators, "orchestrator");
        }
    }

    /** It may begin at any moment. */
    record JustUnblocked() implements Cause {
        @Override
        public String sentence() {
            return "nothing holds it up: it is being published";
        }
    }

    /** An operator did without it. */
    record Skipped(Instant at) implements Cause {
        @Override
        public String sentence() {
            return "an operator skipped it at " + at;
        }
    }

    /** There is nothing more to do. */
    record Succeeded(Instant at, String worker) implements Cause {
        @Override
        public String sentence() {
            return "it succeeded at " + at + " on worker " + worker;
        }
    }
}
