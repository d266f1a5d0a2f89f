package dev.stepweir.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.model.Play.Choice;
import dev.stepweir.model.Play.Divergence;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Takes the scripts' defences away, one at a time: the model must miss each. */
@WithRedis(privateServer = true)
class ControlsIT {

    private static final long SEED = Long.getLong("proof.seed", 20260101);
    private static final int LENGTH = 100;
    private static final int SEQUENCES = 1_500;

    /** What only few sequences show is looked for where it was found last. */
    private static final Map<Control, Integer> RARE =
            Map.of(
                    Control.RENEWED_IS_REAPED, 148,
                    Control.RETRY_TOO_EARLY, 202,
                    Control.LETTERS_PILE_UP, 285,
                    Control.HOLDER_FORGOTTEN, 504,
                    Control.SETTLED_TOO_EARLY, 1_257);

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the model misses each defence that is taken away")
    void the_model_misses(Control control, TestRedis server) {
        assertThat(Stream.of(Script.values()).map(Script::source))
                .as("%s is still a defence of some script", control.name())
                .anyMatch(source -> source.contains(control.original()));

        try (Redis redis = Redis.connect(server.uri(), "model");
                Play play = new Play(redis, control.edit())) {
            Optional<Divergence> found = Optional.empty();
            int first = RARE.getOrDefault(control, 0);
            for (int i = first; found.isEmpty() && i < first + SEQUENCES; i++) {
                List<Choice> sequence = Play.sequence(SEED + i, LENGTH);
                found = play.play(sequence);
                if (found.isPresent()) {
                    System.out.printf(
                            "[proof] control %s: sequence %d, %d operations, shown by %d%n",
                            control.name(),
                            i,
                            play.operations(),
                            Shrinking.of(sequence, s -> play.play(s).isPresent()).size());
                }
            }
            assertThat(found).as("%s, seed %d", control, SEED).isPresent();
        }
    }
}
