package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.Round.Suspect;
import dev.stepweir.operator.doctor.Treatment.Result;
import dev.stepweir.redis.Redis;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One examination: lets rounds look twice, tells what both looks found, and repairs it if it is to.
 * Whether that helped says a third look. For one thread.
 */
final class Visit {

    private static final int PAGE = 200;

    private final Redis redis;
    private final boolean fix;
    private final Consumer<Treatment> tell;
    private long repaired;
    private long left;

    Visit(Redis redis, boolean fix, Consumer<Treatment> tell) {
        this.redis = redis;
        this.fix = fix;
        this.tell = tell;
    }

    Doctor.Diagnosis diagnosis() {
        return new Doctor.Diagnosis(repaired, left);
    }

    /** Looks at these, a page at a time. */
    <T> void of(Partition partition, Round<T> round, List<T> subjects) {
        for (int first = 0; first < subjects.size(); first += PAGE) {
            page(
                    partition,
                    round,
                    subjects.subList(first, Math.min(first + PAGE, subjects.size())));
        }
    }

    private <T> void page(Partition partition, Round<T> round, List<T> subjects) {
        try {
            List<Suspect<T>> first = redis.retrying(() -> round.look(subjects));
            if (first.isEmpty()) {
                return;
            }
            List<Suspect<T>> second = redis.retrying(() -> round.look(subjectsOf(first)));
            Set<Finding> told = new HashSet<>();
            List<Suspect<T>> confirmed =
                    first.stream()
                            .filter(suspect -> suspect.isAmong(second))
                            .filter(suspect -> told.add(suspect.finding()))
                            .toList();
            if (fix) {
                treat(round, confirmed);
            } else {
                confirmed.forEach(suspect -> found(suspect.finding(), Result.FOUND, ""));
            }
        } catch (RuntimeException failure) {
            if (failure instanceof RedisException outage && !Redis.concernsWhatWasAsked(outage)) {
                throw failure;
            }
            // A key of another type than it should be, or something stored that no round expects.
            String about = round.getClass().getSimpleName() + " " + subjects.getFirst();
            found(
                    partition.finding(
                            Ailment.UNREADABLE,
                            about,
                            "cannot be looked at: " + failure.getMessage()),
                    fix ? Result.LEFT : Result.FOUND,
                    "");
        }
    }

    private static <T> List<T> subjectsOf(List<Suspect<T>> suspects) {
        Set<T> subjects = new LinkedHashSet<>();
        suspects.forEach(suspect -> subjects.add(suspect.subject()));
        return List.copyOf(subjects);
    }

    private <T> void treat(Round<T> round, List<Suspect<T>> suspects) {
        if (suspects.isEmpty()) {
            return;
        }
        List<String> answers = new ArrayList<>();
        for (Suspect<T> suspect : suspects) {
            answers.add(suspect.cure().map(Visit::apply).orElse(""));
        }
        List<Suspect<T>> after = redis.retrying(() -> round.look(subjectsOf(suspects)));
        for (int i = 0; i < suspects.size(); i++) {
            Suspect<T> suspect = suspects.get(i);
            Result result = suspect.isStillAmong(after) ? Result.LEFT : Result.REPAIRED;
            found(suspect.finding(), result, answers.get(i));
        }
    }

    /** What became of a repair, or why Redis refuses it. */
    private static String apply(Supplier<?> cure) {
        try {
            return String.valueOf(cure.get());
        } catch (RuntimeException refusal) {
            if (refusal instanceof RedisException outage && !Redis.concernsWhatWasAsked(outage)) {
                throw refusal;
            }
            return String.valueOf(refusal.getMessage());
        }
    }

    private void found(Finding finding, Result result, String answer) {
        if (result == Result.REPAIRED) {
            repaired++;
        } else {
            left++;
        }
        tell.accept(new Treatment(finding, result, answer));
    }
}
