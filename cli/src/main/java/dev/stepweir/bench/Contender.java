package dev.stepweir.bench;

/**
 * Something that can run the benchmark's shapes on the target: the floor or the product. Calls come
 * one after the other from one thread; each call leaves no key behind.
 */
interface Contender extends AutoCloseable {

    /** The name in reports. */
    String name();

    /** Runs a shape untimed, so that code and caches are warm. */
    default void warmUp(Shape shape, int runs) {
        drain(shape, runs);
    }

    /**
     * Prepares {@code runs} runs, then times until the last step of the last run is committed.
     *
     * @throws BenchException if a step was lost or refused
     */
    Throughput drain(Shape shape, int runs);

    /**
     * Runs chains one at a time and times from the start of one step to the start of the next.
     *
     * @throws BenchException if a step was lost or refused
     */
    Latency chain(int runs);

    /**
     * Prepares {@code waiting} plain runs more than will be completed and times {@code completions}
     * of them, so that {@code waiting} steps still wait at the end.
     *
     * @throws BenchException if a step was lost or refused
     */
    Throughput drainBehind(int waiting, int completions);

    /** Gives back connections and threads. */
    @Override
    void close();
}
