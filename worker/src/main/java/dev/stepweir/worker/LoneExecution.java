package dev.stepweir.worker;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The execution that is all its worker has in hand. The connection's thread that brought it is told
 * of its end by another thread, and sleeps until then: with a handler of a few microseconds most of
 * the time to the next step is the waking of threads, and this waking is the one that can be
 * spared. So the thread stays awake for the end, if the one before was brief, and for about as long
 * as a waking takes: replies to others may be waiting for it. Thread-safe.
 */
final class LoneExecution {

    /** What waking a thread takes on a virtual machine, about: more would cost what it spares. */
    static final long LIMIT_NANOS = 50_000;

    private enum State {
        /** None whose end anybody could wait for. */
        NONE,
        BEGUN,
        AWAITED
    }

    private final int processors;
    private final LongSupplier nanoTime;
    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);
    private volatile long begunNanos;
    private volatile boolean lastWasBrief;

    LoneExecution(int processors, LongSupplier nanoTime) {
        this.processors = processors;
        this.nanoTime = nanoTime;
    }

    static LoneExecution onThisMachine() {
        return new LoneExecution(Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }

    /** A lone execution is about to start. */
    void begin() {
        begunNanos = nanoTime.getAsLong();
        state.set(State.BEGUN);
    }

    /** If its end is near, waits for it and does what follows. */
    void awaitEnd(Runnable next) {
        if (!isWorthwhile() || !state.compareAndSet(State.BEGUN, State.AWAITED)) {
            return;
        }
        while (state.get() == State.AWAITED) {
            if (isLate() && state.compareAndSet(State.AWAITED, State.BEGUN)) {
                return;
            }
            Thread.onSpinWait();
        }
        next.run();
    }

    /** Who waits awake must not keep the handler from running, by its processor or its carrier. */
    private boolean isWorthwhile() {
        return lastWasBrief && processors > 1 && !Thread.currentThread().isVirtual();
    }

    /** An execution ended, alone or not: does what follows, unless somebody waits who does. */
    void end(Runnable next) {
        // Most are not alone, and need no more than a look.
        State was = state.get() == State.NONE ? State.NONE : state.getAndSet(State.NONE);
        if (was != State.NONE) {
            lastWasBrief = !isLate();
        }
        if (was != State.AWAITED) {
            next.run();
        }
    }

    private boolean isLate() {
        return nanoTime.getAsLong() - begunNanos > LIMIT_NANOS;
    }
}
