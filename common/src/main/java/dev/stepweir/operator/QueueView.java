package dev.stepweir.operator;

/**
 * A queue, summed over the partitions.
 *
 * @param name also the name of the handler
 * @param waiting entries that no worker has taken yet
 * @param inHand entries that workers hold
 * @param consumers workers that have read from it
 */
public record QueueView(String name, long waiting, long inHand, long consumers) {

    QueueView plus(QueueView other) {
        return new QueueView(
                name,
                waiting + other.waiting,
                inHand + other.inHand,
                Math.max(consumers, other.consumers));
    }
}
