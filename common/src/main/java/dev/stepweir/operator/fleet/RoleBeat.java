package dev.stepweir.operator.fleet;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.BeatRole;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A role process's sign of life, for those who ask what runs. Nothing depends on it but what people
 * are shown. An orderly end removes it; what a crash leaves is removed by the others after an hour.
 */
public final class RoleBeat implements Duty {

    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    private final Redis redis;
    private final Keys keys;
    private final String id;
    private final Duration every;

    /**
     * A duty that shows {@code id} to be alive.
     *
     * @param id as {@link #newId} makes it
     * @param every time between two signs
     */
    public RoleBeat(Redis redis, Namespace namespace, String id, Duration every) {
        this.redis = redis;
        this.keys = namespace.keys(0);
        this.id = id;
        this.every = every;
    }

    /** {@code <role>-<host>-<pid>-<random>}: never the same twice, readable for people. */
    public static String newId(String role) {
        int mark = ThreadLocalRandom.current().nextInt();
        return role
                + "-"
                + host()
                + "-"
                + ProcessHandle.current().pid()
                + "-"
                + HexFormat.of().toHexDigits(mark);
    }

    /** Of the host on which a role has such an id; empty if it is none. */
    public static String hostOf(String id) {
        int mark = id.lastIndexOf('-');
        int pid = id.lastIndexOf('-', mark - 1);
        int role = id.indexOf('-');
        return role >= 0 && role < pid ? id.substring(role + 1, pid) : "";
    }

    /** How this host is called in ids and records: at most 64 of A-Z a-z 0-9 . _ - */
    public static String host() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            String plain = name.replaceAll("[^A-Za-z0-9.-]", "_");
            return plain.length() <= 64 ? plain : plain.substring(0, 64);
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public String name() {
        return "beat";
    }

    @Override
    public Tick runOnce() {
        var unused = new BeatRole(keys, id, FORGOTTEN_AFTER).run(redis.scripts());
        return Tick.after(every);
    }

    @Override
    public void close() {
        RedisFutures.join(redis.commands().zrem(Bytes.of(keys.roleBeats()), Bytes.of(id)));
    }
}
