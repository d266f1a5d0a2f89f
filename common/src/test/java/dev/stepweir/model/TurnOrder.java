package dev.stepweir.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The order in which a turn says its items: those of a run together and sorted, a like one in
 * another round of the run, and runs for which the same is said one after the other.
 */
final class TurnOrder {

    private TurnOrder() {}

    /**
     * The items in that order, round by round: what is said of one run at once.
     *
     * @param sorting by what a run's items are sorted; those that have it in common are alike
     * @param shared what is said once for several runs
     */
    static <T> List<List<T>> of(
            List<T> items,
            Function<T, String> run,
            Function<T, String> sorting,
            Function<T, Object> shared) {
        List<List<T>> rounds = new ArrayList<>();
        Map<String, List<T>> latest = new HashMap<>();
        for (T item : items) {
            List<T> round = latest.getOrDefault(run.apply(item), List.of());
            boolean alike =
                    round.stream().map(sorting).anyMatch(one -> one.equals(sorting.apply(item)));
            if (round.isEmpty() || alike) {
                round = new ArrayList<>();
                rounds.add(round);
                latest.put(run.apply(item), round);
            }
            round.add(item);
        }
        Map<List<Object>, List<List<T>>> groups = new LinkedHashMap<>();
        for (List<T> round : rounds) {
            round.sort((a, b) -> sorting.apply(a).compareTo(sorting.apply(b)));
            groups.computeIfAbsent(round.stream().map(shared).toList(), group -> new ArrayList<>())
                    .add(round);
        }
        return groups.values().stream().flatMap(List::stream).toList();
    }
}
