package dev.stepweir.redis.script;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Items of runs as a call says them: the items of a run together, and runs whose items have the
 * same in common as one group, for which that is said once. An item that is like another one of its
 * run comes in another round of the run.
 *
 * @param <S> what items have in common
 * @param <T> what else is said of an item
 */
final class RunGroups<S, T> {

    /**
     * The runs for which the same is said.
     *
     * @param shared what is said once, for each item of a run
     * @param rounds the runs
     */
    record Group<S, T>(List<S> shared, List<Round<S, T>> rounds) {}

    /** A run's items, as many as its group's, in their order. */
    static final class Round<S, T> {
        private final String run;
        private final List<S> shared = new ArrayList<>(2);
        private final List<T> items = new ArrayList<>(2);

        private Round(String run) {
            this.run = run;
        }

        String run() {
            return run;
        }

        List<T> items() {
            return items;
        }

        /** Puts an item to its place; false when there is one like it. */
        private boolean add(S what, T item, Comparator<S> order) {
            int place = shared.size();
            while (place > 0) {
                int difference = order.compare(shared.get(place - 1), what);
                if (difference == 0) {
                    return false;
                }
                if (difference < 0) {
                    break;
                }
                place--;
            }
            shared.add(place, what);
            items.add(place, item);
            return true;
        }
    }

    private final Comparator<S> order;
    private final List<Round<S, T>> rounds = new ArrayList<>();
    private final Map<String, Round<S, T>> latest = new HashMap<>();

    /**
     * @param order of a run's items; 0 for those that cannot be in one round
     */
    RunGroups(Comparator<S> order) {
        this.order = order;
    }

    boolean isEmpty() {
        return rounds.isEmpty();
    }

    /** How many times a run is said. */
    int rounds() {
        return rounds.size();
    }

    void add(String run, S what, T item) {
        Round<S, T> round = latest.get(run);
        if (round == null || !round.add(what, item, order)) {
            round = new Round<>(run);
            round.add(what, item, order);
            rounds.add(round);
            latest.put(run, round);
        }
    }

    /** The groups, in no order that means anything: every item is checked by itself. */
    Collection<Group<S, T>> groups() {
        Map<List<S>, Group<S, T>> groups = new LinkedHashMap<>();
        for (Round<S, T> round : rounds) {
            groups.computeIfAbsent(round.shared, s -> new Group<>(s, new ArrayList<>()))
                    .rounds()
                    .add(round);
        }
        return groups.values();
    }
}
