package dev.stepweir.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks the server on a port, just enough of the protocol, whether it is ours and serves. Only our
 * own server knows the random password, so a stranger that took the port first is told apart.
 */
final class ReadyCheck {

    private static final int TIMEOUT_MS = 1_000;

    /** What the port answered. */
    sealed interface Answer {
        record Ready(long pid) implements Answer {}

        record NotYet(String why) implements Answer {}

        record Stranger(String reply) implements Answer {}
    }

    private ReadyCheck() {}

    static Answer ask(int port, String password) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String auth = call(out, in, "AUTH " + password);
            if (!auth.equals("+OK")) {
                return new Answer.Stranger(auth);
            }
            String ping = call(out, in, "PING");
            return ping.equals("+PONG")
                    ? new Answer.Ready(processId(out, in))
                    : new Answer.NotYet(ping);
        } catch (IOException e) {
            return new Answer.NotYet(e.toString());
        }
    }

    private static String call(OutputStream out, BufferedReader in, String inlineCommand)
            throws IOException {
        out.write((inlineCommand + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the connection was closed");
        }
        return line;
    }

    private static long processId(OutputStream out, BufferedReader in) throws IOException {
        String field = "process_id:";
        String line = call(out, in, "INFO server");
        while (line != null && !line.startsWith(field)) {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException("INFO does not tell the process id");
        }
        return Long.parseLong(line.substring(field.length()).strip());
    }
}
