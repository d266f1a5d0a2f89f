package dev.stepweir.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainPingTest {

    @ParameterizedTest
    @ValueSource(strings = {"+PONG\r\n", "-NOAUTH Authentication required.\r\n", "-LOADING\r\n"})
    void whoever_answers_is_there_whatever_it_says(String answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> answered =
                    CompletableFuture.runAsync(() -> answer(server, answer));

            assertThat(PlainPing.isAnswered(address(server))).isTrue();
            answered.join();
        }
    }

    @Test
    void who_only_listens_or_is_gone_is_not_there() throws IOException {
        String gone;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = address(server);
            assertThat(PlainPing.isAnswered(gone)).isFalse();
        }
        assertThat(PlainPing.isAnswered(gone)).isFalse();
        assertThat(PlainPing.isAnswered("redis-sentinel://127.0.0.1:1/0#main")).isFalse();
    }

    private static String address(ServerSocket server) {
        return "redis://:secret@127.0.0.1:" + server.getLocalPort();
    }

    private static void answer(ServerSocket server, String answer) {
        try (Socket client = server.accept()) {
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().readNBytes("PING\r\n".length());
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }
}
