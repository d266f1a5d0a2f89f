package dev.stepweir.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {

    @Test
    void an_id_names_its_partition_and_is_a_uuid_of_version_7() {
        for (int partition = 0; partition < RunId.MAX_PARTITIONS; partition++) {
            RunId id = RunId.create(partition);

            assertThat(id.partition()).isEqualTo(partition);
            UUID uuid = UUID.fromString(id.text());
            assertThat(uuid).hasToString(id.text());
            assertThat(uuid.version()).isEqualTo(7);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(new RunId(id.text())).isEqualTo(id);
        }
    }

    @Test
    void ids_of_one_partition_never_repeat() {
        List<RunId> ids = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(RunId.create(5));
        }

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void ids_sort_as_their_text() {
        RunId smaller = new RunId("0198c2b5-7c1e-7003-8000-000000000000");
        RunId larger = new RunId("0198c2b5-7c1f-7001-8000-000000000000");

        assertThat(smaller).isLessThan(larger);
        assertThat(smaller.partition()).isEqualTo(3);
        assertThat(smaller).hasToString("0198c2b5-7c1e-7003-8000-000000000000");
    }

    @DisplayName("S2-110: what is no run id is refused and named")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "1",
                "not-a-uuid",
                "0198c2b5-7c1e-7003-8000-00000000000",
                "0198c2b5-7c1e-7003-8000-0000000000000",
                "0198c2b57c1e70038000000000000000",
                "0198C2B5-7C1E-7003-8000-000000000000",
                "0198c2b5-7c1e-4003-8000-000000000000",
                "0198c2b5-7c1e-7003-8000-00000000000g",
                "0198c2b5_7c1e-7003-8000-000000000000",
                "{198c2b5-7c1e-7003-8000-000000000000",
                "0198c2b5-7c1e-7003-8000-00000000000\n",
                "0198c2b5-7c1e-7\u0660\u0660\u0663-8000-000000000000",
                "../../../../../etc/passwd-8000-00000"
            })
    void what_is_no_run_id_is_refused(String text) {
        assertThatThrownBy(() -> new RunId(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a run id is a lower-case UUID of version 7, found '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4096, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void a_partition_that_does_not_fit_is_refused(int partition) {
        assertThatThrownBy(() -> RunId.create(partition))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
