package dev.stepweir.operator.resume;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.List;

/**
 * What a resume of a run takes up, each step once. A step that several sources name is taken from
 * the first of them, in the order of {@link Source}.
 *
 * @param state the run's, when it was read
 * @param items in the order in which they are taken up
 * @param pending how many steps the first source named
 * @param failed how many the second one named
 * @param dead how many the third one named
 * @param left steps that have not succeeded and are not taken up
 */
public record ResumePlan(
        RunId run,
        RunState state,
        List<Item> items,
        int pending,
        int failed,
        int dead,
        List<Item> left) {

    public ResumePlan {
        items = List.copyOf(items);
        left = List.copyOf(left);
    }

    /** Where a step was found; the earlier is preferred. */
    public enum Source {
        /** Still to come: not begun, or on its way. */
        PENDING,
        /** The run holds it to have failed. */
        FAILED,
        /** It has a dead letter. */
        DEAD
    }

    /** What happens to a step. */
    public enum Act {
        /** It is in its queue, or announced again if it is not. */
        ANNOUNCE,
        /** It comes when the steps before it have succeeded. */
        WAIT,
        /** Its attempts are forgiven and it is published. */
        PUBLISH,
        /** It stays as it is. */
        LEAVE
    }

    /** One step. */
    public record Item(String step, Source source, StepState state, Act act) {}

    /** How many names the sources gave together. */
    public int found() {
        return pending + failed + dead;
    }

    /** How many names were dropped because another source had given them. */
    public int duplicates() {
        return found() - items.size();
    }
}
