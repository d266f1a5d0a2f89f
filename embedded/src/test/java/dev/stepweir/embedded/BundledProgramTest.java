package dev.stepweir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledProgramTest {

    @TempDir private Path dir;

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-amd64",
        "Linux, aarch64, linux-arm64",
        "Mac OS X, x86_64, darwin-amd64",
        "Mac OS X, aarch64, darwin-arm64",
    })
    void each_platform_has_its_program(String os, String arch, String suffix) {
        String name = BundledProgram.resourceName(os, arch).orElseThrow();
        assertThat(name).endsWith(suffix);
        assertThat(BundledProgram.class.getResource("/" + name)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "Linux, riscv64"})
    void other_platforms_have_none(String os, String arch) {
        assertThat(BundledProgram.resourceName(os, arch)).isEmpty();
    }

    @Test
    void it_is_unpacked_once_for_the_owner_alone() throws IOException {
        Path cache = dir.resolve("cache");
        String name = BundledProgram.resourceName("Linux", "amd64").orElseThrow();
        Path first = BundledProgram.unpack(name, cache);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
        var written = Files.getLastModifiedTime(first);
        assertThat(BundledProgram.unpack(name, cache)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
    }

    @Test
    void a_truncated_copy_is_replaced() throws IOException {
        String name = BundledProgram.resourceName("Linux", "amd64").orElseThrow();
        Path file = BundledProgram.unpack(name, dir);
        long whole = Files.size(file);
        Files.writeString(file, "half");
        assertThat(Files.size(BundledProgram.unpack(name, dir))).isEqualTo(whole);
    }

    @Test
    void a_cache_that_cannot_be_written_is_passed_over() throws IOException {
        Path blocked = Files.writeString(dir.resolve("file"), "no directory");
        assertThatThrownBy(() -> BundledProgram.unpack("redis-server", blocked))
                .isInstanceOf(IOException.class);
        assertThat(BundledProgram.find(Optional.of(blocked)))
                .isInstanceOf(ServerProgram.Answer.Runs.class);
    }
}
