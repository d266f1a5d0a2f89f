package dev.stepweir.model;

import dev.stepweir.redis.script.Script;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All operations of the model, each as often as it is to be chosen. */
final class Repertoire {

    /**
     * Scripts that have no operation here yet; one that gets one must leave this list. A breaker
     * has a machine of its own, which meets no other script; those that count and list anew repair
     * what no other script does.
     */
    static final Set<Script> NOT_MODELLED =
            Set.of(
                    Script.APPLY_EFFECT,
                    Script.CLAIM_KEY,
                    Script.DEFER_STEP,
                    Script.KEEP_RESULT,
                    Script.LIST_QUEUE,
                    Script.RECORD_ONCE,
                    Script.RECOUNT_RUN,
                    Script.RECOUNT_STEP,
                    Script.RECOUNT_WORKFLOW,
                    Script.RELIST_LETTER,
                    Script.TURN_BREAKER);

    static final List<Act> ALL =
            Stream.of(
                            times(30, new Advance()),
                            times(8, new RunActs.Submit()),
                            times(9, new RunActs.Start()),
                            times(3, new RunActs.Settle()),
                            times(8, new RunRetryActs.Wait()),
                            times(10, new RunRetryActs.TryAgain()),
                            times(3, new DeadlineActs.Expire()),
                            times(2, new RunActs.Cancel()),
                            times(4, new RunActs.Purge()),
                            times(2, new RunActs.Relist()),
                            times(2, new RunActs.Watch()),
                            times(8, new StepActs.Fail()),
                            times(8, new StepActs.Retry()),
                            times(7, new StepActs.Reap()),
                            times(5, new StepActs.HandBack()),
                            times(8, new StepActs.Reconcile()),
                            times(8, new StepActs.Redrive()),
                            times(4, new OperatorActs.Edit()),
                            times(2, new OperatorActs.LetterPurge()),
                            times(2, new OperatorActs.Note()),
                            times(3, new HandActs.Reset()),
                            times(2, new HandActs.Condemn()),
                            times(3, new HandActs.Conclude()),
                            times(3, new ResumeActs.Pause()),
                            times(6, new ResumeActs.Lock()),
                            times(3, new ResumeActs.Unlock()),
                            times(12, new ResumeActs.Resume()),
                            times(1, new ResumeActs.LockLapses()),
                            times(1, new ResumeActs.QueueIsPaused()),
                            times(1, new ResumeActs.QueueIsResumed()),
                            times(6, new BreakerActs.Park()),
                            times(7, new BreakerActs.Release()),
                            times(1, new BreakerActs.IsListed()),
                            times(1, new BreakerActs.IsUnlisted()),
                            times(1, new BreakerActs.FallsOffTheList()),
                            times(6, new WorkerActs.Beat()),
                            times(6, new WorkerActs.BlockingRead()),
                            times(2, new WorkerActs.Tick()),
                            times(2, new WorkerActs.Forget()),
                            times(10, new Faults.TimePasses()),
                            times(1, new Faults.ServerIsAnother()),
                            times(2, new Faults.LostEntry()),
                            times(3, new Faults.CopiedEntry()),
                            times(1, new Faults.LostStream()),
                            times(1, new Faults.LostGroup()),
                            times(4, new UpkeepActs.GroupIsMade()),
                            times(2, new UpkeepActs.TimerIsSet()),
                            times(1, new UpkeepActs.EventIsNoted()),
                            times(1, new UpkeepActs.RoleBeats()),
                            times(1, new UpkeepActs.WorkerIsRegistered()),
                            times(1, new UpkeepActs.NameIsTaken()),
                            times(1, new Faults.TimerIsLost()),
                            times(1, new Faults.TimerFromNowhere()),
                            times(1, new Faults.MislaidRun()))
                    .flatMap(List::stream)
                    .toList();

    private Repertoire() {}

    /** Without these nothing happens at all. */
    static boolean needed(Act act) {
        return act instanceof Advance
                || act instanceof RunActs.Submit
                || act instanceof RunActs.Start;
    }

    private static List<Act> times(int weight, Act act) {
        return new ArrayList<>(Collections.nCopies(weight, act));
    }

    static <E extends Enum<E>> Set<String> names(Class<E> outcomes) {
        return Stream.of(outcomes.getEnumConstants())
                .map(Enum::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
