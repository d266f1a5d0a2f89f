package dev.stepweir.testkit;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Lua scripts with something about them changed, run in place of the originals although the caller
 * asks for those: how a test removes one defence, or takes the clock into its own hands, while main
 * code has no such switch. Immutable.
 */
public final class EditedScripts {

    /** The edited source by the name under which Redis caches the original. */
    private final Map<String, String> sources = new LinkedHashMap<>();

    private final Map<String, String> names = new LinkedHashMap<>();

    private EditedScripts(Collection<String> originals, UnaryOperator<String> edit) {
        for (String original : originals) {
            String edited = edit.apply(original);
            if (!edited.equals(original)) {
                sources.put(sha1(original), edited);
                names.put(sha1(original), sha1(edited));
            }
        }
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("the edit changes none of the scripts");
        }
    }

    /**
     * Edits those scripts that the edit changes.
     *
     * @param originals whole texts
     * @throws IllegalArgumentException if it changes none
     */
    public static EditedScripts of(Collection<String> originals, UnaryOperator<String> edit) {
        return new EditedScripts(originals, edit);
    }

    /** What has to be loaded before anybody asks for a script. */
    public List<String> sources() {
        return List.copyOf(sources.values());
    }

    /** The name to ask for instead of this one. */
    public String name(String sha) {
        return names.getOrDefault(sha, sha);
    }

    /** Commands that run the edited scripts. */
    @SuppressWarnings("unchecked")
    public <K, V> RedisAsyncCommands<K, V> over(RedisAsyncCommands<K, V> commands) {
        return (RedisAsyncCommands<K, V>)
                Proxy.newProxyInstance(
                        EditedScripts.class.getClassLoader(),
                        new Class<?>[] {RedisAsyncCommands.class},
                        (self, method, args) -> {
                            if (method.getName().startsWith("evalsha")
                                    && args[0] instanceof String sha) {
                                args[0] = name(sha);
                            }
                            try {
                                return method.invoke(commands, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static String sha1(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
