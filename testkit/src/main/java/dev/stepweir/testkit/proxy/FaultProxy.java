package dev.stepweir.testkit.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network that can fail, between a client and a TCP server. Transparent until told otherwise.
 * Safe for use by several threads.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;

    private final InetSocketAddress target;
    private final String targetUri;
    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean frozen;
    private boolean refusing;
    private boolean closed;
    private boolean dropNextReply;
    private Duration delay = Duration.ZERO;

    private FaultProxy(InetSocketAddress target, String targetUri) {
        this.target = target;
        this.targetUri = targetUri;
        try {
            this.listener = new ServerSocket(0, 1_024, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("fault-proxy-accept").start(this::accept);
    }

    /** A proxy before the server that a {@code redis://} address names. */
    public static FaultProxy before(String redisUri) {
        URI uri = URI.create(redisUri);
        int port = uri.getPort() == -1 ? 6_379 : uri.getPort();
        return new FaultProxy(new InetSocketAddress(uri.getHost(), port), redisUri);
    }

    /** The server's address with the proxy's host and port in place of its own. */
    public String uri() {
        URI uri = URI.create(targetUri);
        String user = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo() + "@";
        return uri.getScheme() + "://" + user + "127.0.0.1:" + port() + uri.getRawPath();
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections pass through at this moment. */
    public int connections() {
        return links.size();
    }

    /** Breaks all present connections with a reset; new ones are let through. */
    public void cut() {
        links.forEach(Link::reset);
    }

    /** Breaks all present connections, and new ones as soon as they are made. */
    public void refuse() {
        change(() -> refusing = true);
        cut();
    }

    /** Lets new connections through again after {@link #refuse()}. */
    public void admit() {
        change(() -> refusing = false);
    }

    /** Keeps connections open and holds back every byte, in both directions, until a thaw. */
    public void freeze() {
        change(() -> frozen = true);
    }

    /** Lets everything go on after {@link #freeze()}, beginning with what was held back. */
    public void thaw() {
        change(() -> frozen = false);
    }

    /**
     * Present connections stay open and carry nothing any more, for ever; new ones are let through:
     * the host behind them is gone, and another answers to its name.
     */
    public void abandon() {
        change(() -> links.forEach(link -> link.abandoned = true));
    }

    /** Holds back each piece of a reply for this time; zero for none. */
    public void delay(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not be negative, not " + time);
        }
        change(() -> delay = time);
    }

    /**
     * Swallows the next bytes that the server sends, then breaks that connection: the server has
     * done what it was asked, and the client cannot know.
     */
    public void dropNextReply() {
        change(() -> dropNextReply = true);
    }

    /** Breaks all connections and stops listening. */
    @Override
    public void close() {
        change(() -> closed = true);
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Link link = new Link(listener.accept());
                links.add(link);
                Thread.ofVirtual().name("fault-proxy-link").start(link::run);
            } catch (IOException e) {
                // The listener was closed, or the client left before it was accepted.
            }
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits as told; false if this piece must be swallowed. */
    private boolean mayPass(Link link, boolean reply) throws IOException {
        lock.lock();
        try {
            long left = reply ? delay.toNanos() : 0;
            while (!closed && (frozen || link.abandoned || left > 0)) {
                if (frozen || link.abandoned) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            if (reply && dropNextReply) {
                dropNextReply = false;
                return false;
            }
            return true;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    private boolean isRefusing() {
        lock.lock();
        try {
            return refusing || closed;
        } finally {
            lock.unlock();
        }
    }

    /** One connection: the client's socket, the server's, and a pump each way. */
    private final class Link {

        private final Socket client;
        private final Socket server = new Socket();

        /** Guarded by the proxy's lock. */
        private boolean abandoned;

        Link(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                if (isRefusing()) {
                    return;
                }
                server.connect(target, 5_000);
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                server.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Thread back =
                        Thread.ofVirtual()
                                .name("fault-proxy-replies")
                                .start(() -> pump(server, client, true));
                pump(client, server, false);
                back.join();
            } catch (IOException e) {
                // The server is not there: the client sees its connection end.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                reset();
                links.remove(this);
            }
        }

        private void pump(Socket from, Socket to, boolean replies) {
            byte[] buffer = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!mayPass(this, replies)) {
                        reset();
                        return;
                    }
                    out.write(buffer, 0, n);
                }
                to.shutdownOutput();
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
}
