package dev.stepweir.workflow;

import dev.stepweir.json.Located.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is found while one definition is read. The rules of {@link Workflow} speak of its fields;
 * the report knows where in the document each of them was written and under which name.
 */
final class Report implements Faults {

    /** More than anybody reads, and far less than a hostile document could cause. */
    static final int MOST_FAULTS = 1_000;

    private static final Comparator<Fault> BY_PLACE =
            Comparator.comparingInt(Fault::line).thenComparingInt(Fault::column);

    private record Spot(String path, Place place) {}

    private final String source;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Fault> warnings = new ArrayList<>();
    private final Map<String, Spot> spots = new HashMap<>();
    private final Set<String> broken = new HashSet<>();
    private final Set<String> brokenPaths = new HashSet<>();
    private int suppressed;

    Report(String source, Place start) {
        this.source = source;
        spots.put("", new Spot("", start));
    }

    /** Says where the workflow's field {@code model} stands in the document. */
    void spot(String model, String path, Place place) {
        spots.put(model, new Spot(path, place));
    }

    /** The workflow's field {@code model} could not be read, so the rules have no say on it. */
    void unreadable(String model) {
        broken.add(model);
    }

    /** A fault of the text itself; what the rules say about the same field would repeat it. */
    void problem(String path, Place place, String found, String allowed, String message) {
        brokenPaths.add(path);
        fault(path, place, found, allowed, message);
    }

    /** A fault at a place of the document. */
    void fault(String path, Place place, String found, String allowed, String message) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(at(path, place, found, allowed, message));
        } else {
            suppressed++;
        }
    }

    /** Something allowed that is probably not meant. */
    void warn(String path, Place place, String found, String message) {
        if (warnings.size() < MOST_FAULTS) {
            warnings.add(at(path, place, found, "", message));
        }
    }

    private Fault at(String path, Place place, String found, String allowed, String message) {
        return new Fault(source, place.line(), place.column(), path, found, allowed, message);
    }

    /** A fault of the rules; {@code field} is the workflow's, or one below a known one. */
    @Override
    public void add(String field, String found, String allowed, String message) {
        if (broken.contains(field)) {
            return;
        }
        String known = field;
        while (!spots.containsKey(known)) {
            known = parent(known);
        }
        Spot spot = spots.get(known);
        String rest = field.substring(known.length());
        String joined = spot.path() + rest;
        String path = joined.startsWith(".") ? joined.substring(1) : joined;
        if (!brokenPaths.contains(path)) {
            fault(path, spot.place(), found, allowed, message);
        }
    }

    private static String parent(String field) {
        int end = Math.max(field.lastIndexOf('.'), field.lastIndexOf('['));
        return field.substring(0, Math.max(0, end));
    }

    boolean hasFaults() {
        return !faults.isEmpty();
    }

    /** The faults by place; the last one says how many more there were, if there were too many. */
    Definition.Invalid invalid() {
        faults.sort(BY_PLACE);
        if (suppressed > 0) {
            Fault last = faults.getLast();
            Place end = new Place(last.line(), last.column());
            faults.add(at("", end, "", "", "and " + suppressed + " more faults"));
        }
        return new Definition.Invalid(faults);
    }

    List<Fault> warnings() {
        warnings.sort(BY_PLACE);
        return warnings;
    }
}
