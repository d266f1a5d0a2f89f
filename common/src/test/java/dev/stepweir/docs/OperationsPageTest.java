package dev.stepweir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.doctor.Ailment;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class OperationsPageTest {

    @Test
    void every_ailment_has_its_symptom_and_what_to_do() throws IOException {
        String page = Files.readString(GeneratedPage.root().resolve("docs/operations.md"));
        for (Ailment ailment : Ailment.values()) {
            assertThat(page).contains("`" + ailment + "`");
        }
    }
}
