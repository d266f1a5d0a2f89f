package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledProgramTest {

    @TempDir private Path dir;
    private final List<String> reasons = new ArrayList<>();

    @Test
    void valkey_comes_before_redis() throws IOException {
        install("redis-server", "Redis server v=7.0.15");
        install("valkey-server", "Valkey server v=8.1.1");
        assertThat(InstalledProgram.find(dir.toString(), reasons))
                .map(ServerProgram::product)
                .contains("Valkey");
    }

    @Test
    void a_server_that_is_too_old_is_passed_over() throws IOException {
        install("redis-server", "Redis server v=6.2.11");
        assertThat(InstalledProgram.find("/nowhere:" + dir, reasons)).isEmpty();
        assertThat(reasons)
                .anyMatch(r -> r.contains("valkey-server is not on the PATH"))
                .anyMatch(r -> r.contains("too old: 6.2.11"));
    }

    private void install(String name, String says) throws IOException {
        Path file = Files.writeString(dir.resolve(name), "#!/bin/sh\necho '" + says + "'\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
