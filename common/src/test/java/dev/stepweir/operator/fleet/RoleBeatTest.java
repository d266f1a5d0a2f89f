package dev.stepweir.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoleBeatTest {

    @Test
    void the_host_is_read_from_an_id_even_when_it_has_dashes() {
        assertThat(RoleBeat.hostOf(RoleBeat.newId("reaper"))).isEqualTo(RoleBeat.host());
        assertThat(RoleBeat.hostOf("orchestrator-app-77-0a1b2c3d")).isEqualTo("app");
        assertThat(RoleBeat.hostOf("orchestrator-app-2-77-0a1b2c3d")).isEqualTo("app-2");
    }

    @Test
    void what_is_no_id_has_no_host() {
        assertThat(RoleBeat.hostOf("")).isEmpty();
        assertThat(RoleBeat.hostOf("w41157911")).isEmpty();
        assertThat(RoleBeat.hostOf("a-b")).isEmpty();
    }
}
