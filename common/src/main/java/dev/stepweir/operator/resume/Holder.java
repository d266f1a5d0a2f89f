package dev.stepweir.operator.resume;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * Who resumes a run.
 *
 * @param by the operator
 * @param host where the resuming process runs
 * @param pid which one it is
 * @param since when it took the lock, by the clock of Redis
 * @param once makes it unique
 */
public record Holder(String by, String host, long pid, Instant since, String once) {

    static Holder of(String by, Instant since) {
        return new Holder(
                by, thisHost(), ProcessHandle.current().pid(), since, UUID.randomUUID().toString());
    }

    private static String thisHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }

    String text() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("by", by);
        text.put("host", host);
        text.put("pid", pid);
        text.put("since", since.toEpochMilli());
        text.put("once", once);
        return Json.text(text);
    }

    static Holder parse(String text) {
        JsonNode json = Json.tree(Bytes.of(text));
        return new Holder(
                json.path("by").asString(""),
                json.path("host").asString(""),
                json.path("pid").asLong(0),
                Instant.ofEpochMilli(json.path("since").asLong(0)),
                json.path("once").asString(""));
    }

    /** For people: who, where, since when. */
    public String sentence() {
        return by + " (process " + pid + " on " + host + ") since " + since;
    }
}
