package dev.stepweir.operator.fleet;

import dev.stepweir.operator.Pause;
import java.util.Optional;

/**
 * A queue, summed over the partitions.
 *
 * @param name also the name of the handler
 * @param waiting entries that no worker has taken yet
 * @param inHand entries that workers hold
 * @param consumers workers that have read from it
 * @param paused by whom it is held up and why, if it is
 */
public record QueueView(
        String name, long waiting, long inHand, long consumers, Optional<Pause> paused) {

    QueueView plus(QueueView other) {
        return new QueueView(
                name,
                waiting + other.waiting,
                inHand + other.inHand,
                Math.max(consumers, other.consumers),
                paused);
    }

    QueueView heldUp(Optional<Pause> pause) {
        return new QueueView(name, waiting, inHand, consumers, pause);
    }
}
