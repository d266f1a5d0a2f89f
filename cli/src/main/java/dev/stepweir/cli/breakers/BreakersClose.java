package dev.stepweir.cli.breakers;

import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.BreakerView;
import dev.stepweir.breaker.Breakers;
import dev.stepweir.redis.script.TurnBreaker;
import picocli.CommandLine.Command;

/** {@code stepweir breakers close}. */
@Command(name = "close", description = "Let parked steps through again, in growing waves.")
final class BreakersClose extends BreakerTurn {

    @Override
    boolean changes(BreakerView breaker) {
        return !isClosed(breaker) && breaker.breaker().state() != BreakerState.RAMPING;
    }

    @Override
    TurnBreaker.Outcome apply(Breakers breakers, String name, String by, String why) {
        return breakers.close(name, by, why);
    }

    @Override
    String done() {
        return "closing";
    }
}
