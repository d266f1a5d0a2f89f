package dev.stepweir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShapeTest {

    @ParameterizedTest
    @EnumSource
    void only_the_last_step_ends_a_run_and_every_dependency_is_counted(Shape shape) {
        List<Shape.Node> steps = shape.steps();
        int[] arrows = new int[steps.size()];
        for (Shape.Node step : steps) {
            step.next().forEach(to -> arrows[to]++);
        }
        for (int i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).needs()).isEqualTo(arrows[i]);
            assertThat(steps.get(i).next().isEmpty()).isEqualTo(i == steps.size() - 1);
        }
    }
}
