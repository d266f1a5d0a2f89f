package dev.stepweir.model;

import java.util.function.UnaryOperator;

/** A defence of the scripts, and how it is taken away from all scripts that have it. */
enum Control {
    FENCE_OFF(
            "a report of any dispatch moves the step",
            "if stored == expected and now == state then",
            "if now == state then"),
    STATE_CHECK_OFF(
            "a step moves from whatever state it is in",
            "if stored == expected and now == state then",
            "if stored == expected then"),
    CLOSED_RUNS_MOVE("steps of closed runs move", "return 'RUN_CLOSED', head\n", ""),
    COMMIT_FENCE_OFF(
            "any dispatch commits",
            "if stored ~= 'READY ' .. number .. '@' .. entry_id .. ledgers then",
            "if not stored then"),
    COMMIT_INTO_CLOSED_RUN(
            "a closed run takes results",
            "if paused and sub(head, 1, 7) ~= 'PAUSED ' then return 'RUN_CLOSED' end",
            ""),
    BEGIN_FENCE_OFF(
            "a worker begins whatever entry it reads",
            "local same = string.sub(stored, 1, #ready + 1) == ready .. ' '",
            "local same = string.sub(stored, 1, 6) == 'READY '"),
    JOIN_TOO_EARLY(
            "a join does not wait for its last dependency",
            "waits = left > 0 and",
            "waits = left > 1 and"),
    OLDER_EPOCH_REPORTS(
            "what a worker reports counts although another has taken its name",
            "return tonumber(redis.call('HGET', names, name) or 0) > tonumber(epoch)",
            "return false"),
    ENTRY_STAYS(
            "a reported entry stays in its stream",
            "redis.call('XDEL', queue, entry_id)\nend",
            "end"),
    LEASE_STAYS("a reported lease stays", "redis.pcall('XACK', queue, group, entry_id)", ""),
    GRACE_OFF(
            "an outage costs the leases their time",
            "if other or not tick or now - tick > tonumber(gap_millis) or",
            "if not tick or"),
    LATE_HEARTBEAT_STEALS(
            "a heartbeat renews what another worker owns",
            "if pending.err or #pending == 0 then",
            "if pending.err then"),
    RENEWED_IS_REAPED(
            "a lease is taken back from whoever holds it by now",
            "if pending.err or #pending == 0 or pending[1][2] ~= owner then",
            "if pending.err or #pending == 0 then"),
    EVERY_RECLAIM_IS_A_CRASH(
            "a crash is charged although the worker lives",
            "silence <= tonumber(silent_millis) / 2, silence > tonumber(silent_millis)",
            "false, true"),
    LETTERS_PILE_UP(
            "a second death leaves the first letter",
            "if old then redis.call('XDEL', dlq, old) end",
            ""),
    LETTER_OUTLIVES_SUCCESS(
            "a letter stays when its step has succeeded", "call('XDEL', dlq, letter)\n", "\n"),
    RETRY_TOO_EARLY(
            "a retry does not wait for its time",
            "if tonumber(due_millis) > now then",
            "if false then"),
    TIMER_STAYS(
            "the timer of a published step stays",
            "redis.call('ZREM', timers, timer)\nreturn 'PUBLISHED'",
            "return 'PUBLISHED'"),
    GROUP_FROM_THE_START(
            "a lost group is made at the stream's beginning",
            "create_group(queue, group, '$')",
            "create_group(queue, group, '0')"),
    QUEUED_IS_REPUBLISHED(
            "what is still to be delivered is published again",
            "if is_after(entry_id, last) and",
            "if false and"),
    SETTLED_TOO_EARLY(
            "a run fails although a step waits for its retry",
            "if state == 'READY' or state == 'WAITING_FOR_RETRY'",
            "if state == 'READY'"),
    RELEASED_STAYS_LISTED(
            "a released step stays among the parked", "redis.call('ZREM', parked, member)\n", ""),
    COMPLETED_IS_CANCELLED(
            "a completed run is cancelled",
            "if state == 'COMPLETED' then return 'COMPLETED' end",
            ""),
    SUBMITTED_TWICE(
            "a repeated submit starts over",
            "if string.match(head, '^%S+ (%S+)') == hash then return 'ALREADY' end",
            "if string.match(head, '^%S+ (%S+)') == hash then head = nil end"),
    STARTED_TWICE(
            "a started run is started again",
            "if string.sub(head, 1, 10) ~= 'SUBMITTED ' then return 'ALREADY' end",
            ""),
    OPEN_RUN_PURGED(
            "an open run is removed",
            "if not closed_at or not seen[2] then return 'OPEN' end",
            "closed_at = closed_at or 0"),
    PAUSED_RUN_ANNOUNCES(
            "a paused run publishes",
            "head and string.sub(head, 1, 7) == 'PAUSED ' and '0-0'",
            "false"),
    PAUSED_COMMIT_ANNOUNCES(
            "a commit in a paused run publishes its successors",
            "(paused and '0-0' or",
            "(false or"),
    LOCK_TAKEN_TWICE(
            "two operators lock one run",
            "if held and string.match(held, '^%d+ (.*)$') ~= holder then",
            "if false then"),
    LOCK_NOT_CHECKED(
            "who lost the lock goes on",
            "~= token then return { 'LOCK_LOST' } end",
            "== '' then return { 'LOCK_LOST' } end"),
    HOLDER_FORGOTTEN(
            "a consumer is removed with what it holds",
            "if #pending > 0 then return 'HOLDING' end",
            "");

    private final String meaning;
    private final String original;
    private final String mutated;

    Control(String meaning, String original, String mutated) {
        this.meaning = meaning;
        this.original = original;
        this.mutated = mutated;
    }

    String original() {
        return original;
    }

    UnaryOperator<String> edit() {
        return source -> source.replace(original, mutated);
    }

    @Override
    public String toString() {
        return name() + ": " + meaning;
    }
}
