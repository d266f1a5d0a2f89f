package dev.stepweir.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.stepweir.model.Play.Choice;
import dev.stepweir.model.Play.Divergence;
import dev.stepweir.model.Play.Sequence;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The scripts against their model. {@code -Dproof.operations} says how many operations, {@code
 * -Dproof.seed} which; a failure prints the shortest sequence that was found to show it.
 */
@WithRedis(privateServer = true)
class ModelIT {

    private static final long OPERATIONS = Long.getLong("proof.operations", 200_000);
    private static final long SEED = Long.getLong("proof.seed", 20260101);
    private static final int LENGTH = 200;

    /** Fewer operations than this cannot be expected to have met everything. */
    private static final long ENOUGH_FOR_ALL = 100_000;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    @DisplayName("every script answers and writes what its model does, in any order of operations")
    void the_scripts_do_what_their_model_does(TestRedis server) {
        try (Redis redis = Redis.connect(server.uri(), "model");
                Play play = new Play(redis, UnaryOperator.identity())) {
            Deque<Sequence> underWay = new ArrayDeque<>();
            long seed = SEED;
            while (play.operations() < OPERATIONS) {
                underWay.add(play.send(Play.sequence(seed++, LENGTH)));
                if (underWay.size() > 2) {
                    agree(play, underWay.remove());
                }
            }
            underWay.forEach(sequence -> agree(play, sequence));
            System.out.printf(
                    "[proof] %d operations of the model in %d sequences, 0 divergences, seed %d%n",
                    play.operations(), seed - SEED, SEED);
            if (OPERATIONS >= ENOUGH_FOR_ALL) {
                assertThat(missing(play.counts())).as("outcomes that were never met").isEmpty();
            }
        }
    }

    @Test
    void every_script_has_an_operation_in_the_model() {
        Set<Script> modelled = EnumSet.noneOf(Script.class);
        Repertoire.ALL.forEach(act -> act.script().ifPresent(modelled::add));

        Set<Script> listed = EnumSet.noneOf(Script.class);
        listed.addAll(modelled);
        listed.addAll(Repertoire.NOT_MODELLED);
        assertThat(listed).containsExactlyInAnyOrder(Script.values());
        assertThat(modelled.stream().filter(Repertoire.NOT_MODELLED::contains)).isEmpty();
    }

    private static void agree(Play play, Sequence sequence) {
        play.compare(sequence)
                .ifPresent(first -> {
                    List<Choice> shortest =
                            Shrinking.of(
                                    sequence.choices(), choices -> play.play(choices).isPresent());
                    Divergence shown = play.play(shortest).orElse(first);
                    fail("model and scripts differ (seed %d): %s", SEED, shown);
                });
    }

    private static List<String> missing(Map<String, Long> counts) {
        List<String> missing = new ArrayList<>();
        for (Act act : Set.copyOf(Repertoire.ALL)) {
            for (String outcome : act.outcomes()) {
                if (!counts.containsKey(act.name() + " " + outcome)) {
                    missing.add(act.name() + " " + outcome);
                }
            }
        }
        return missing;
    }
}
