package dev.stepweir.proof;

import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.proxy.CommandProxy.Command;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import dev.stepweir.testkit.proxy.CommandProxy.Rule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts, from what Redis answers the roles, what seldom happens and must be survived: a proof in
 * which a defence was never needed proves nothing about it. Loses replies when told to.
 */
final class RareEvents implements Rule {

    private static final String RESP_WORD = "$%d\r\n%s\r\n";
    private static final byte[] NO_GRACE = ascii("$1\r\n0\r\n");

    /** An event, by the script and a word of its answer. */
    enum Kind {
        STALE_COMMIT_REFUSED("advance_steps", "STALE"),
        REPEATED_COMMIT_KNOWN("advance_steps", "ALREADY"),
        RESULT_OF_CLOSED_RUN_DROPPED("advance_steps", "RUN_CLOSED"),
        REPEATED_FAILURE_KNOWN("fail_step", "ALREADY"),
        DEAD_LETTERED("fail_step", "DEAD"),
        RETRIED("retry_step", "PUBLISHED"),
        CRASH_CHARGED("reap_step", "CRASHED"),
        REDELIVERED_FOR_NOTHING("reap_step", "REDELIVERED"),
        LEASE_LOST("heartbeat", "LOST"),
        HANDED_BACK("hand_back_step", "PUBLISHED"),
        LOST_ENTRY_PUBLISHED_AGAIN("reconcile_step", "PUBLISHED"),
        STARTED_BEFORE("start_run", "ALREADY"),
        SETTLED("settle_run", "FAILED"),
        GRACE_USED("reaper_tick", ""),
        SCRIPT_RELOADED("", "-NOSCRIPT"),
        GROUP_WAS_GONE("", "NOGROUP"),
        REPLY_LOST("", "");

        private final String script;
        private final byte[] answer;

        Kind(String script, String word) {
            this.script = script;
            this.answer =
                    script.isEmpty()
                            ? ascii(word)
                            : ascii(RESP_WORD.formatted(word.length(), word));
        }
    }

    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
    private final AtomicReference<String> toLose = new AtomicReference<>("");

    RareEvents() {
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    /** The next reply to this script does not arrive. */
    void loseReply(Script script) {
        toLose.set(script.fileName());
    }

    @Override
    public Fate of(Command command) {
        String wanted = toLose.get();
        boolean loses =
                !wanted.isEmpty()
                        && CrashPoint.operation(command).equals(wanted)
                        && toLose.compareAndSet(wanted, "");
        if (loses) {
            count(Kind.REPLY_LOST);
        }
        return loses ? Fate.LOSES_REPLY : Fate.PASSES;
    }

    @Override
    public void answered(Command command, byte[] reply) {
        if (reply[0] == '-' && contains(reply, Kind.SCRIPT_RELOADED.answer)) {
            count(Kind.SCRIPT_RELOADED);
        }
        if (contains(reply, Kind.GROUP_WAS_GONE.answer)) {
            count(Kind.GROUP_WAS_GONE);
        }
        if (!command.name().equals("EVALSHA")) {
            return;
        }
        String script = CrashPoint.operation(command);
        if (script.equals(Kind.GRACE_USED.script)) {
            if (reply[0] == '$' && !Arrays.equals(reply, NO_GRACE)) {
                count(Kind.GRACE_USED);
            }
            return;
        }
        for (Kind kind : Kind.values()) {
            if (kind.script.equals(script) && contains(reply, kind.answer)) {
                count(kind);
            }
        }
    }

    private void count(Kind kind) {
        LongAdder counter = counts.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    private static boolean contains(byte[] text, byte[] word) {
        for (int from = 0; from + word.length <= text.length; from++) {
            int at = 0;
            while (at < word.length && text[from + at] == word[at]) {
                at++;
            }
            if (at == word.length) {
                return true;
            }
        }
        return false;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * What never happened, of what a long play must have met. A free redelivery is not among it:
     * where a worker counts as dead as soon as a lease lapses, a living one loses none.
     */
    Set<Kind> missing() {
        Set<Kind> missing = EnumSet.allOf(Kind.class);
        missing.remove(Kind.REDELIVERED_FOR_NOTHING);
        missing.removeIf(kind -> counts().getOrDefault(kind, 0L) > 0);
        return missing;
    }

    Map<Kind, Long> counts() {
        Map<Kind, Long> sums = new EnumMap<>(Kind.class);
        counts.forEach((kind, count) -> sums.put(kind, count.sum()));
        return sums;
    }
}
