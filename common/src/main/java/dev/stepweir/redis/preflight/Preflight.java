package dev.stepweir.redis.preflight;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Looks at a server before it is trusted with work. What loses data or cannot work is a failure;
 * what may surprise is a warning. Each finding says what to change.
 */
public final class Preflight {

    private static final Pattern KEY = Pattern.compile("access (one of the keys|a key)");
    private static final Pattern CHANNEL =
            Pattern.compile("access (one of the channels|a channel)");
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);
    private static final int REDIS_MAJOR = 7;
    private static final double VALKEY_FLOOR = 7.2;
    private static final int MEMORY_WARNING_PERCENT = 75;

    /** How grave a finding is. */
    public enum Level {
        OK,
        WARN,
        /** Roles refuse to start; for rights, which may be given meanwhile, they wait. */
        FAIL
    }

    /**
     * One thing that was looked at.
     *
     * @param check a word for it
     * @param message what was found, and what to change
     */
    public record Finding(Level level, String check, String message) {}

    private final Map<String, String> info;
    private final Map<String, String> config;
    private final List<Finding> findings = new ArrayList<>();

    private Preflight(Map<String, String> info, Map<String, String> config) {
        this.info = info;
        this.config = config;
    }

    /** Everything that was looked at, in a fixed order. */
    public static List<Finding> of(Redis redis, Clock clock) {
        return redis.retrying(() -> {
            CompletableFuture<Map<String, String>> config =
                    redis.commands()
                            .configGet("append*")
                            .toCompletableFuture()
                            .exceptionally(forbidden -> Map.of());
            String info = RedisFutures.join(redis.commands().info());
            Preflight preflight = new Preflight(parse(info), RedisFutures.join(config));
            preflight.version();
            preflight.mode();
            preflight.role();
            preflight.policy();
            preflight.memory();
            preflight.durability();
            preflight.clock(redis, clock);
            return List.copyOf(preflight.findings);
        });
    }

    /**
     * Whether Redis lets this connection do what is needed. Asked before anything else, of which
     * each may be refused.
     *
     * @param keys of a namespace, which need not be there
     */
    public static Finding rights(Redis redis, Keys keys) {
        Map<String, String> missing = Rights.missing(redis, keys);
        if (missing.isEmpty()) {
            return new Finding(Level.OK, "rights", "all that are needed");
        }
        Set<String> refused = new LinkedHashSet<>();
        missing.forEach((command, why) -> refused.add(refused(command, why, keys)));
        return new Finding(
                Level.FAIL,
                "rights",
                "Redis refuses "
                        + String.join(", ", refused)
                        + " ("
                        + missing.values().iterator().next()
                        + "): docs/deployment.md has the rights that are needed");
    }

    /** By what Redis says: the command, or what it was to be used on. */
    private static String refused(String command, String why, Keys keys) {
        String ours = " that begin with 'sw:{" + keys.namespace() + ":'";
        if (KEY.matcher(why).find()) {
            return "keys" + ours;
        }
        return CHANNEL.matcher(why).find() ? "channels" + ours : command;
    }

    /** True when something was found that roles must not start with. */
    public static boolean fails(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
    }

    private static Map<String, String> parse(String info) {
        Map<String, String> fields = new HashMap<>();
        for (String line : info.split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private void version() {
        boolean valkey = info.containsKey("valkey_version");
        String version = valkey ? field("valkey_version", "0") : field("redis_version", "0");
        String name = (valkey ? "Valkey " : "Redis ") + version;
        boolean enough =
                valkey ? majorMinor(version) >= VALKEY_FLOOR : majorMinor(version) >= REDIS_MAJOR;
        if (enough) {
            add(Level.OK, "version", name);
        } else {
            add(Level.FAIL, "version", name + ": upgrade to Redis 7.0 or Valkey 7.2, or newer");
        }
    }

    private static double majorMinor(String version) {
        String[] parts = version.split("\\.");
        try {
            return Integer.parseInt(parts[0])
                    + (parts.length > 1 ? Integer.parseInt(parts[1]) / 10.0 : 0);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void mode() {
        if (field("cluster_enabled", "0").equals("1")) {
            add(
                    Level.FAIL,
                    "mode",
                    "the server is part of a cluster, which this version cannot use yet:"
                            + " connect to a single server or to Sentinel");
        } else {
            add(Level.OK, "mode", field("redis_mode", "standalone"));
        }
    }

    private void role() {
        String role = field("role", "unknown");
        if (role.equals("master")) {
            add(Level.OK, "role", "primary");
        } else {
            add(
                    Level.FAIL,
                    "role",
                    "the server is a replica ("
                            + role
                            + "): connect to the primary, or through"
                            + " redis-sentinel://");
        }
    }

    private void policy() {
        String policy = field("maxmemory_policy", "unknown");
        if (policy.equals("noeviction")) {
            add(Level.OK, "eviction", "maxmemory-policy noeviction");
        } else {
            add(
                    Level.FAIL,
                    "eviction",
                    "maxmemory-policy is "
                            + policy
                            + ", which deletes runs when memory is short:"
                            + " CONFIG SET maxmemory-policy noeviction");
        }
    }

    private void memory() {
        long used = Long.parseLong(field("used_memory", "0"));
        long limit = Long.parseLong(field("maxmemory", "0"));
        if (limit == 0) {
            add(
                    Level.WARN,
                    "memory",
                    "no maxmemory: the system may kill Redis when memory is short; set maxmemory"
                            + " to what the machine can spare");
            return;
        }
        long percent = Math.round(100.0 * used / limit);
        String use = (used >> 20) + " of " + (limit >> 20) + " MiB in use (" + percent + " %)";
        if (percent >= MEMORY_WARNING_PERCENT) {
            add(
                    Level.WARN,
                    "memory",
                    use
                            + ", from 90 % on no run is accepted: raise maxmemory, or purge"
                            + " finished runs");
        } else {
            add(Level.OK, "memory", use);
        }
    }

    private void durability() {
        if (!field("aof_enabled", "0").equals("1")) {
            add(
                    Level.WARN,
                    "durability",
                    "nothing is written to disk: what was accepted is lost if Redis dies; for"
                            + " production CONFIG SET appendonly yes");
            return;
        }
        String fsync = config.getOrDefault("appendfsync", "unknown");
        if (fsync.equals("no")) {
            add(
                    Level.WARN,
                    "durability",
                    "appendfsync no: about half a minute is lost if the machine dies;"
                            + " CONFIG SET appendfsync everysec");
        } else {
            add(Level.OK, "durability", "append-only file, appendfsync " + fsync);
        }
    }

    private void clock(Redis redis, Clock clock) {
        List<byte[]> time = RedisFutures.join(redis.commands().time());
        long theirs =
                Long.parseLong(Bytes.text(time.get(0))) * 1_000
                        + Long.parseLong(Bytes.text(time.get(1))) / 1_000;
        Duration apart = Duration.ofMillis(clock.millis() - theirs).abs();
        if (apart.compareTo(CLOCK_TOLERANCE) <= 0) {
            add(Level.OK, "clock", apart.toMillis() + " ms apart");
        } else {
            add(
                    Level.WARN,
                    "clock",
                    "this machine and the server are "
                            + apart.toSeconds()
                            + " s apart: times in"
                            + " histories will not fit together; synchronise the clocks");
        }
    }

    private String field(String name, String otherwise) {
        return info.getOrDefault(name, otherwise);
    }

    private void add(Level level, String check, String message) {
        findings.add(new Finding(level, check, message));
    }
}
