package dev.stepweir.cli.breakers;

import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.BreakerView;
import dev.stepweir.breaker.Breakers;
import dev.stepweir.redis.script.TurnBreaker;
import picocli.CommandLine.Command;

/** {@code stepweir breakers open}. */
@Command(name = "open", description = "Stop all calls to a dependency until it is closed or reset.")
final class BreakersOpen extends BreakerTurn {

    @Override
    boolean changes(BreakerView breaker) {
        return breaker.breaker().state() != BreakerState.FORCED_OPEN;
    }

    @Override
    TurnBreaker.Outcome apply(Breakers breakers, String name, String by, String why) {
        return breakers.open(name, by, why);
    }

    @Override
    String done() {
        return "held open";
    }

    @Override
    String remark(Breakers breakers, String of) {
        String doubt = doubt(breakers, of);
        return doubt.isEmpty() ? "" : doubt + ": steps that declare it will be held back";
    }
}
