package dev.stepweir.duty;

/**
 * One kind of work, in portions. A {@link DutyLoop} calls {@link #runOnce} again and again from one
 * thread; a test may call it directly. A portion that fails is simply tried again, so it must be
 * safe to repeat.
 */
public interface Duty extends AutoCloseable {

    /** What it does, in a word or two; names its thread. */
    String name();

    /**
     * Does one portion of work and says when the next is due. May throw whatever went wrong; an
     * interrupt asks it to return.
     */
    Tick runOnce() throws Exception;

    /**
     * Called from another thread once the loop is to stop: a portion that only waits for something
     * to do may return early. Must not block for long.
     */
    default void stopping() {}

    /** Releases what it holds; called once, after the last portion, by the loop's thread. */
    @Override
    default void close() {}
}
