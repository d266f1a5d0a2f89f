package dev.stepweir.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevServerTest {

    private static final String URL = "redis://:secret@127.0.0.1:7777";

    @TempDir private Path data;

    private final ProcessHandle other = ProcessHandle.current().parent().orElseThrow();
    private final long started = other.info().startInstant().map(Instant::toEpochMilli).orElse(0L);

    @Test
    void the_note_of_a_process_that_runs_is_found() {
        DevServer server = new DevServer(URL, other.pid(), started);
        server.write(data);
        assertThat(DevServer.readIn(data)).contains(server);
    }

    @Test
    void the_note_of_a_process_whose_number_is_anothers_now_is_not_found() {
        new DevServer(URL, other.pid(), started - 60_000).write(data);
        assertThat(DevServer.readIn(data)).isEmpty();
    }

    @Test
    void in_a_container_that_starts_again_its_own_number_means_nothing() {
        DevServer.ofThisProcess(URL).write(data);
        assertThat(DevServer.readIn(data)).isEmpty();
    }

    @Test
    void the_note_of_a_process_that_is_gone_is_not_found() {
        new DevServer(URL, Long.MAX_VALUE >> 32, started).write(data);
        assertThat(DevServer.readIn(data)).isEmpty();
    }
}
