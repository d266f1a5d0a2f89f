package dev.stepweir.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutageTest {

    private final List<String> said = new ArrayList<>();
    private final Outage outage = new Outage("redis://h", said::add);

    @Test
    void each_look_in_vain_is_told_with_its_reason_and_the_next_one() {
        assertEquals(
                Duration.ofSeconds(1),
                outage.stillAway(
                        new RedisConnectionException(
                                "cannot connect", new ConnectException("Connection refused"))));
        assertEquals(
                Duration.ofSeconds(2),
                outage.stillAway(new RedisException(new ClosedChannelException())));
        assertEquals(
                Duration.ofSeconds(4),
                outage.stillAway(new RedisCommandExecutionException("NOPERM no\npermissions")));

        assertEquals(
                List.of(
                        "Redis at redis://h is away (Connection refused); next try in 1 s",
                        "Redis at redis://h is away (the connection was closed); next try in 2 s",
                        "Redis at redis://h cannot be used (NOPERM no permissions);"
                                + " next try in 4 s"),
                said);
    }

    @Test
    void an_outage_that_was_none_is_not_said_to_be_over() {
        outage.over();

        assertEquals(List.of(), said);
    }
}
