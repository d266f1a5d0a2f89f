package dev.stepweir.testkit.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A network between a client and a Redis server that knows where commands begin and end, and asks a
 * rule about each what becomes of it. Speaks RESP2. Safe for use by several threads.
 */
public final class CommandProxy implements AutoCloseable {

    /** What becomes of a command. */
    public enum Fate {
        /** It reaches the server and its reply the client. */
        PASSES,
        /** It never reaches the server, and the client is cut off for good. */
        DIES_BEFORE,
        /** The server executes it; its reply is withheld, and the client is cut off for good. */
        DIES_AFTER,
        /** The server executes it; its reply is lost with this one connection. */
        LOSES_REPLY
    }

    /**
     * One command.
     *
     * @param name in upper case
     * @param first its first argument as text, such as a script's hash; empty if there is none
     */
    public record Command(String name, String first) {}

    /** Decides about each command; asked by one thread at a time, in the order of arrival. */
    @FunctionalInterface
    public interface Rule {
        Fate of(Command command);

        /**
         * Told of each reply, as it came over the wire, whether or not it is passed on; by several
         * threads. On a subscriber's connection replies cannot be told apart.
         */
        default void answered(Command command, byte[] reply) {}
    }

    private static final int CHUNK = 64 * 1024;

    private final URI target;
    private final Rule rule;
    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final CountDownLatch severed = new CountDownLatch(1);
    private final Object deciding = new Object();
    private boolean doomed;

    private CommandProxy(URI target, Rule rule) {
        this.target = target;
        this.rule = rule;
        try {
            this.listener = new ServerSocket(0, 1_024, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("command-proxy-accept").start(this::accept);
    }

    /** A proxy before the server that a {@code redis://} address names. */
    public static CommandProxy before(String redisUri, Rule rule) {
        return new CommandProxy(URI.create(redisUri), rule);
    }

    /** The server's address with the proxy's host and port in place of its own. */
    public String uri() {
        String user = target.getRawUserInfo() == null ? "" : target.getRawUserInfo() + "@";
        return "redis://" + user + "127.0.0.1:" + listener.getLocalPort() + target.getRawPath();
    }

    /** Cuts the client off for good: nothing that it sends from now on reaches the server. */
    public void sever() {
        synchronized (deciding) {
            severed.countDown();
        }
        links.forEach(Link::reset);
    }

    /** Whether the client has been cut off. */
    public boolean isSevered() {
        return severed.getCount() == 0;
    }

    /** Waits until the client is cut off; false if that does not happen within the time. */
    public boolean awaitSevered(long millis) throws InterruptedException {
        return severed.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Cuts the client off and stops listening. */
    @Override
    public void close() {
        sever();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Link link = new Link(listener.accept());
                links.add(link);
                Thread.ofVirtual().name("command-proxy-link").start(link::run);
            } catch (IOException e) {
                // The listener was closed, or the client left before it was accepted.
            }
        }
    }

    /** One connection. Replies come in the order of the commands, so counting tells whose it is. */
    private final class Link {

        private final Socket client;
        private final Socket server = new Socket();
        private final Queue<Command> asked = new ConcurrentLinkedQueue<>();
        private long sent;
        private volatile long withheld = Long.MAX_VALUE;
        private volatile boolean fatal;

        Link(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                server.connect(new InetSocketAddress(target.getHost(), target.getPort()), 5_000);
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                server.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Thread replies =
                        Thread.ofVirtual().name("command-proxy-replies").start(this::replies);
                commands();
                replies.join();
            } catch (IOException e) {
                // One of the two is gone: the other sees its connection end.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                reset();
                links.remove(this);
            }
        }

        private void commands() throws IOException {
            byte[] buffer = new byte[CHUNK];
            RespFrames frames = new RespFrames();
            InputStream in = client.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (byte[] request : frames.feed(buffer, n)) {
                    forward(request);
                }
            }
            server.shutdownOutput();
        }

        private void forward(byte[] request) throws IOException {
            boolean dies;
            synchronized (deciding) {
                if (doomed || isSevered()) {
                    return;
                }
                Command command = command(request);
                Fate fate = rule.of(command);
                dies = fate == Fate.DIES_BEFORE;
                if (fate == Fate.DIES_AFTER || fate == Fate.LOSES_REPLY) {
                    fatal = fate == Fate.DIES_AFTER;
                    doomed |= fatal;
                    withheld = sent;
                }
                if (!dies) {
                    asked.add(command);
                    server.getOutputStream().write(request);
                    sent++;
                }
            }
            if (dies) {
                sever();
            }
        }

        private void replies() {
            byte[] buffer = new byte[CHUNK];
            RespFrames frames = new RespFrames();
            long received = 0;
            try {
                InputStream in = server.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    for (byte[] reply : frames.feed(buffer, n)) {
                        Command command = asked.poll();
                        if (command != null) {
                            rule.answered(command, reply);
                        }
                        if (received++ == withheld) {
                            if (fatal) {
                                sever();
                            }
                            reset();
                            return;
                        }
                        client.getOutputStream().write(reply);
                    }
                }
                client.shutdownOutput();
            } catch (IOException e) {
                reset();
            }
        }

        void reset() {
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (IOException e) {
                    // It was closed already, which is what is wanted.
                }
            }
        }
    }

    private static Command command(byte[] request) {
        List<byte[]> words = RespFrames.words(request);
        String name = words.isEmpty() ? "" : text(words.getFirst()).toUpperCase(Locale.ROOT);
        return new Command(name, words.size() < 2 ? "" : text(words.get(1)));
    }

    private static String text(byte[] word) {
        return new String(word, StandardCharsets.UTF_8);
    }
}
