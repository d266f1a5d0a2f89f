package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One call of a script under construction: keys and arguments in the order of its header. */
public final class ScriptCall {

    private final Script script;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> args = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();

    public ScriptCall(Script script) {
        this.script = script;
    }

    public ScriptCall key(String key) {
        keys.add(Bytes.of(key));
        return this;
    }

    public ScriptCall key(byte[] key) {
        keys.add(key);
        return this;
    }

    /** Adds the key unless it is there, and returns its 1-based index in the script's KEYS. */
    public int keyIndex(String key) {
        return indexes.computeIfAbsent(
                key,
                k -> {
                    keys.add(Bytes.of(k));
                    return keys.size();
                });
    }

    public ScriptCall arg(String arg) {
        args.add(Bytes.of(arg));
        return this;
    }

    public ScriptCall arg(long arg) {
        args.add(Bytes.of(arg));
        return this;
    }

    public ScriptCall arg(byte[] arg) {
        args.add(arg);
        return this;
    }

    Script script() {
        return script;
    }

    byte[][] keys() {
        return keys.toArray(byte[][]::new);
    }

    byte[][] args() {
        return args.toArray(byte[][]::new);
    }
}
