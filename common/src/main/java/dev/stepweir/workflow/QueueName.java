package dev.stepweir.workflow;

/**
 * The names of queues. A handler's steps wait in the queue of its name; those under suspicion of
 * taking their workers with them wait in another, of which a worker executes one step at a time and
 * nothing beside it.
 */
public final class QueueName {

    /** Ends the name of a queue for suspects; no handler's name may end so. */
    public static final String SOLO = ":solo";

    private QueueName() {}

    /** Where a step of this handler is published to. */
    public static String of(String handler, boolean suspect) {
        return suspect ? handler + SOLO : handler;
    }

    /** Whether it is a queue for suspects. */
    public static boolean isSolo(String queue) {
        return queue.endsWith(SOLO);
    }

    /** The handler whose steps wait in a queue. */
    public static String handler(String queue) {
        return isSolo(queue) ? queue.substring(0, queue.length() - SOLO.length()) : queue;
    }
}
