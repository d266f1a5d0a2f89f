package dev.stepweir.redis;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection on which something was asked and nothing at all came for as long as a reply
 * may take, so that the client makes another. A host that is gone says so to nobody: the system
 * goes on sending for a quarter of an hour (the default of Linux, {@code tcp_retries2}), while the
 * name of the server may lead to another one long since. What was asked has failed by then, so
 * nothing is lost by it. One per connection, used by its thread only.
 */
final class SilentChannel extends ChannelDuplexHandler {

    private static final Logger log = LoggerFactory.getLogger(SilentChannel.class);

    private final Duration patience;
    private boolean owed;
    private boolean watched;
    private long reads;

    private SilentChannel(Duration patience) {
        this.patience = patience;
    }

    /**
     * Watches a new connection.
     *
     * @param patience how long an answer may take; noticed after twice as long at the latest
     */
    static void watch(Channel channel, Duration patience) {
        // First: whatever the network brings shows that somebody is there.
        channel.pipeline().addFirst(new SilentChannel(patience));
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        owed = true;
        if (!watched) {
            lookLater(context);
        }
        context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        owed = false;
        reads++;
        context.fireChannelRead(message);
    }

    private void lookLater(ChannelHandlerContext context) {
        watched = true;
        long before = reads;
        context.executor()
                .schedule(() -> look(context, before), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look(ChannelHandlerContext context, long before) {
        watched = false;
        if (!context.channel().isActive()) {
            return;
        }
        if (reads == before) {
            log.debug("nothing came on {} for {}: closed", context.channel(), patience);
            context.close();
        } else if (owed) {
            lookLater(context);
        }
    }
}
