package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.UnlockRun;
import dev.stepweir.run.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resume locks, by what follows their keys' beginning: each lapses, and is of a run. */
final class LockRound implements Round<String> {

    private static final Pattern HELD = Pattern.compile("(\\d{1,18}) .*", Pattern.DOTALL);

    private final Partition partition;

    LockRound(Partition partition) {
        this.partition = partition;
    }

    @Override
    public List<Suspect<String>> look(List<String> names) {
        List<Suspect<String>> suspects = new ArrayList<>();
        for (String name : names) {
            Optional<RunId> run = Partition.run(name).filter(one -> one.text().equals(name));
            if (run.isEmpty()) {
                suspects.add(
                        Suspect.incurable(
                                name,
                                partition.finding(
                                        Ailment.UNREADABLE,
                                        "resume-lock:" + name,
                                        "is a lock of no run; remove it by hand"),
                                ""));
            } else {
                look(name, run.get()).ifPresent(suspects::add);
            }
        }
        return suspects;
    }

    private Optional<Suspect<String>> look(String name, RunId run) {
        var commands = partition.redis().commands();
        byte[] key = Bytes.of(partition.keys().resumeLock(run));
        boolean gone = RedisFutures.join(commands.exists(Bytes.of(partition.keys().run(run)))) == 0;
        byte[] held = RedisFutures.join(commands.get(key));
        boolean lapses = RedisFutures.join(commands.pttl(key)) >= 0;
        if (held == null || (lapses && !gone)) {
            return Optional.empty();
        }
        String text = Bytes.text(held);
        Matcher token = HELD.matcher(text);
        Finding finding =
                partition.finding(
                        Ailment.ORPHAN_LOCK,
                        "resume-lock:" + name,
                        gone ? "its run is gone" : "it never lapses");
        return Optional.of(
                token.matches()
                        ? Suspect.of(
                                name,
                                finding,
                                text,
                                () ->
                                        new UnlockRun(
                                                        partition.keys(),
                                                        run,
                                                        Long.parseLong(token.group(1)))
                                                .run(partition.redis().scripts()))
                        : Suspect.incurable(name, finding, text));
    }
}
