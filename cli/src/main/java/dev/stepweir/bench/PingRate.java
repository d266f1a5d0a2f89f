package dev.stepweir.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/**
 * Pipelined PINGs per second over a bare socket, 200 in flight: the yardstick that says whether the
 * floor itself is honest. A Redis client is left out on purpose: its own cost per command would be
 * what is measured.
 */
final class PingRate {

    private static final int IN_FLIGHT = 200;
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(US_ASCII);
    private static final int PONG_LENGTH = "+PONG\r\n".length();

    private PingRate() {}

    /**
     * Measures for about the given time, after a warm-up of a fifth of it.
     *
     * @throws BenchException if the server cannot be reached or refuses
     */
    static double measure(URI url, Duration time) {
        try (Socket socket = open(url)) {
            authenticate(socket, url);
            run(socket, time.dividedBy(5));
            return run(socket, time);
        } catch (IOException failed) {
            throw new BenchException("PING failed: " + failed.getMessage(), failed);
        }
    }

    private static double run(Socket socket, Duration time) throws IOException {
        byte[] pings = new byte[IN_FLIGHT * PING.length];
        for (int i = 0; i < IN_FLIGHT; i++) {
            System.arraycopy(PING, 0, pings, i * PING.length, PING.length);
        }
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        byte[] pongs = new byte[IN_FLIGHT * PONG_LENGTH];
        long done = 0;
        long start = System.nanoTime();
        long until = start + time.toNanos();
        while (System.nanoTime() < until) {
            out.write(pings);
            readBundle(in, pongs);
            done += IN_FLIGHT;
        }
        return done * 1e9 / (System.nanoTime() - start);
    }

    private static void readBundle(InputStream in, byte[] pongs) throws IOException {
        if (in.readNBytes(pongs, 0, pongs.length) < pongs.length) {
            throw new EOFException("the server closed the connection");
        }
        if (pongs[0] != '+') {
            String answer = new String(pongs, US_ASCII);
            String line = answer.lines().findFirst().orElse(answer);
            throw new IOException("the server answered " + line);
        }
    }

    private static Socket open(URI url) throws IOException {
        int port = url.getPort() < 0 ? 6379 : url.getPort();
        Socket socket =
                "rediss".equals(url.getScheme())
                        ? SSLSocketFactory.getDefault().createSocket(url.getHost(), port)
                        : new Socket(url.getHost(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void authenticate(Socket socket, URI url) throws IOException {
        String userInfo = url.getUserInfo();
        if (userInfo == null) {
            return;
        }
        int colon = userInfo.indexOf(':');
        String password = userInfo.substring(colon + 1);
        String user = colon > 0 ? userInfo.substring(0, colon) : "default";
        String auth =
                "*3\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n"
                        .formatted(user.length(), user, password.length(), password);
        socket.getOutputStream().write(auth.getBytes(US_ASCII));
        byte[] ok = new byte["+OK\r\n".length()];
        if (socket.getInputStream().readNBytes(ok, 0, ok.length) < ok.length || ok[0] != '+') {
            throw new IOException("the server refused the credentials");
        }
    }
}
