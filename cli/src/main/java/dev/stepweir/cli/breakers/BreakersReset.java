package dev.stepweir.cli.breakers;

import dev.stepweir.breaker.BreakerView;
import dev.stepweir.breaker.Breakers;
import dev.stepweir.redis.script.TurnBreaker;
import picocli.CommandLine.Command;

/** {@code stepweir breakers reset}. */
@Command(name = "reset", description = "Forget what a breaker counted; parked steps go on at once.")
final class BreakersReset extends BreakerTurn {

    @Override
    boolean changes(BreakerView breaker) {
        return !isClosed(breaker) || breaker.breaker().failures() > 0;
    }

    @Override
    TurnBreaker.Outcome apply(Breakers breakers, String name, String by, String why) {
        return breakers.reset(name, by, why);
    }

    @Override
    String done() {
        return "reset";
    }
}
