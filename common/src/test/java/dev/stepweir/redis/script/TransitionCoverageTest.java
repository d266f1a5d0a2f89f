package dev.stepweir.redis.script;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No row of the transition tables is without a test that takes it. */
class TransitionCoverageTest {

    @Test
    void every_move_of_a_step_is_made_by_a_test() {
        Set<StepTransition> covered =
                claims().stream().flatMap(claim -> Stream.of(claim.steps())).collect(toSet());

        assertThat(covered).containsExactlyInAnyOrder(StepTransition.values());
    }

    @Test
    void every_move_of_a_run_is_made_by_a_test() {
        Set<RunTransition> covered =
                claims().stream().flatMap(claim -> Stream.of(claim.runs())).collect(toSet());

        assertThat(covered).containsExactlyInAnyOrder(RunTransition.values());
    }

    private static List<Covers> claims() {
        List<Covers> claims = new ArrayList<>();
        try {
            Path classes = Path.of(TransitionCoverageTest.class.getResource(".").toURI());
            try (Stream<Path> files = Files.list(classes)) {
                for (Path file : files.filter(f -> f.toString().endsWith("IT.class")).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName(Covers.class.getPackageName() + "." + name);
                    Stream.of(type.getDeclaredMethods())
                            .filter(method -> method.isAnnotationPresent(Covers.class))
                            .forEach(method -> claims.add(method.getAnnotation(Covers.class)));
                }
            }
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return claims;
    }
}
