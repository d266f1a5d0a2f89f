package dev.stepweir.cli.terminal;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks whether a Redis is there without the client, which may be what is slow to start. */
final class PlainPing {

    private static final int LIMIT_MILLIS = 500;

    private PlainPing() {}

    /**
     * True when it answers, whatever it says. False also where a plain connection cannot tell: for
     * TLS, and for one that is found through sentinels.
     */
    static boolean isAnswered(String address) {
        RedisURI uri = RedisURI.create(address);
        if (uri.isSsl() || uri.getHost() == null) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() > 0;
        } catch (IOException silent) {
            return false;
        }
    }
}
