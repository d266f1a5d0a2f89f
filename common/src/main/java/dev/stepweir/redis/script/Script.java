package dev.stepweir.redis.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Every operation on stored state, one Lua file each; the file has the constant's name. */
public enum Script {
    SUBMIT_RUN,
    START_RUN,
    ADVANCE_STEPS,
    FAIL_STEP,
    RETRY_STEP,
    HEARTBEAT,
    REAP_STEP,
    RECONCILE_STEP,
    HAND_BACK_STEP,
    PARK_STEP,
    RELEASE_STEP,
    LIST_PARKED,
    UNLIST_PARKED,
    TURN_BREAKER,
    SETTLE_RUN,
    WAIT_RUN,
    RETRY_RUN,
    EXPIRE_RUN,
    CANCEL_RUN,
    REDRIVE_STEP,
    EDIT_STEP,
    PURGE_LETTER,
    NOTE_LETTER,
    RESET_STEP,
    CONCLUDE_STEP,
    CONDEMN_STEP,
    PURGE_RUN,
    RELIST_RUN,
    RELIST_LETTER,
    RECOUNT_STEP,
    RECOUNT_RUN,
    RECOUNT_WORKFLOW,
    REAPER_TICK,
    FORGET_CONSUMER,
    WATCH_RUN,
    NOTE_EVENT,
    CREATE_GROUP,
    LIST_QUEUE,
    REGISTER_WORKER,
    TAKE_NAME,
    BEAT_ROLE,
    SET_TIMER,
    RECORD_ONCE,
    APPLY_EFFECT,
    CLAIM_KEY,
    KEEP_RESULT,
    DEFER_STEP,
    PAUSE_RUN,
    LOCK_RUN,
    RESUME_RUN,
    UNLOCK_RUN,
    PAUSE_QUEUE,
    RESUME_QUEUE;

    private final String source;
    private final String sha;

    Script() {
        this.source = ScriptSource.assemble(fileName(), Script::read);
        this.sha = sha1(source);
    }

    /** The script with its includes, each once, after the {@code #!lua} line. */
    public String source() {
        return source;
    }

    /** The name under which Redis caches it. */
    public String sha() {
        return sha;
    }

    /** The file's name without its ending. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String read(String name) {
        String file = name + ".lua";
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("script " + file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
