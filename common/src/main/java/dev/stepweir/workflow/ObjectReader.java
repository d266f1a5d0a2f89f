package dev.stepweir.workflow;

import dev.stepweir.json.Located;
import dev.stepweir.json.Located.Arr;
import dev.stepweir.json.Located.Field;
import dev.stepweir.json.Located.Obj;
import dev.stepweir.json.Located.Place;
import dev.stepweir.json.Located.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Reads the fields of one object of a document by type. What does not fit is reported and left out;
 * a field that says {@code null} counts as left out. {@code model} is the name that the rules of
 * {@link Workflow} give the field.
 */
final class ObjectReader {

    /**
     * Thirty years and more: beyond every bound, and still a number that can be calculated with.
     */
    private static final BigDecimal ABSURD_MS = BigDecimal.valueOf(1_000_000_000_000L);

    private final Obj object;
    private final String path;
    private final Report report;

    ObjectReader(Obj object, String path, Report report) {
        this.object = object;
        this.path = path;
        this.report = report;
    }

    /** Reports every field that is neither known nor ignored, and warns of the ignored ones. */
    void checkFields(Collection<String> known, Collection<String> ignored) {
        object.fields()
                .forEach((name, field) -> {
                    if (ignored.contains(name)) {
                        report.warn(
                                path(name), field.keyPlace(), "", "is not used by this version");
                    } else if (!known.contains(name)) {
                        unknown(name, field, known);
                    }
                });
    }

    private void unknown(String name, Field field, Collection<String> known) {
        report.fault(
                path(name),
                field.keyPlace(),
                Names.quoted(name),
                String.join(", ", known),
                "is not a known field" + Names.meant(name, known));
    }

    boolean has(String name) {
        return field(name).isPresent();
    }

    /** The value of a field, if there is one and it is not null. */
    Optional<Located> field(String name) {
        return Optional.ofNullable(object.fields().get(name))
                .map(Field::value)
                .filter(value -> !(value instanceof Scalar scalar && scalar.plain() == null));
    }

    /** Reports that a field which must be there is not. */
    void missing(String name, String model, String allowed) {
        report.unreadable(model);
        Place place =
                object.fields().containsKey(name)
                        ? object.fields().get(name).value().place()
                        : object.place();
        report.fault(path(name), place, "nothing", allowed, "is missing");
    }

    Optional<String> text(String name, String model) {
        return field(name).flatMap(value -> text(value, path(name), model));
    }

    /** A text that must be there; empty, and reported, if it is not. */
    String requiredText(String name, String model, String allowed) {
        if (!has(name)) {
            missing(name, model, allowed);
        }
        return text(name, model).orElse("");
    }

    private Optional<String> text(Located value, String at, String model) {
        report.spot(model, at, value.place());
        if (value instanceof Scalar scalar && scalar.plain() instanceof String text) {
            return Optional.of(text);
        }
        boolean number = value instanceof Scalar;
        wrong(value, at, model, number ? "a text, in quotes" : "a text");
        return Optional.empty();
    }

    Optional<Boolean> flag(String name, String model) {
        return field(name)
                .flatMap(value -> {
                    report.spot(model, path(name), value.place());
                    if (value instanceof Scalar scalar && scalar.plain() instanceof Boolean flag) {
                        return Optional.of(flag);
                    }
                    wrong(value, path(name), model, "true or false");
                    return Optional.empty();
                });
    }

    /** Any number. */
    Optional<BigDecimal> number(String name, String model) {
        return field(name)
                .flatMap(value -> {
                    report.spot(model, path(name), value.place());
                    if (value instanceof Scalar scalar && scalar.plain() instanceof Number number) {
                        return Optional.of(new BigDecimal(number.toString()));
                    }
                    wrong(value, path(name), model, "a number");
                    return Optional.empty();
                });
    }

    /** A length of time of so many units of {@code unit} ms each. The rules say what is allowed. */
    Optional<Duration> time(String name, String model, long unit) {
        return number(name, model).flatMap(number -> time(name, model, unit, number));
    }

    private Optional<Duration> time(String name, String model, long unit, BigDecimal number) {
        BigDecimal ms = number.multiply(BigDecimal.valueOf(unit));
        boolean absurd = ms.abs().compareTo(ABSURD_MS) > 0;
        if (absurd || ms.stripTrailingZeros().scale() > 0) {
            report.unreadable(model);
            report.fault(
                    path(name),
                    place(name),
                    number.toString(),
                    "whole milliseconds, up to 30 days",
                    absurd ? "is out of range" : "is too fine");
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(ms.longValueExact()));
    }

    /** One of some words; another one is reported, with the nearest. */
    Optional<String> word(String name, String model, List<String> allowed) {
        Optional<String> word = text(name, model);
        if (word.isPresent() && !allowed.contains(word.get())) {
            report.fault(
                    path(name),
                    place(name),
                    Names.quoted(word.get()),
                    String.join(", ", allowed),
                    "is not a known " + name + Names.meant(word.get(), allowed));
            return Optional.empty();
        }
        return word;
    }

    /** Where the value of a field stands that is there. */
    Place place(String name) {
        return field(name).orElseThrow().place();
    }

    /** How often something is tried, with the bounds and the words that the rules have for it. */
    Optional<Integer> attempts(String name, String model) {
        String wrong = "is out of range; the first attempt counts";
        return whole(name, model, 1, RetryPolicy.MOST_ATTEMPTS, wrong).map(Long::intValue);
    }

    /** A whole number between two bounds. */
    Optional<Long> whole(String name, String model, long least, long most) {
        return whole(name, model, least, most, "is out of range");
    }

    private Optional<Long> whole(String name, String model, long least, long most, String wrong) {
        return field(name)
                .flatMap(value -> {
                    report.spot(model, path(name), value.place());
                    if (!(value instanceof Scalar scalar)
                            || !(scalar.plain() instanceof Number number)
                            || number instanceof Double
                            || number instanceof BigDecimal) {
                        wrong(value, path(name), model, "a whole number");
                        return Optional.empty();
                    }
                    BigInteger exact = new BigInteger(number.toString());
                    boolean fits =
                            exact.compareTo(BigInteger.valueOf(least)) >= 0
                                    && exact.compareTo(BigInteger.valueOf(most)) <= 0;
                    if (!fits) {
                        report.unreadable(model);
                        report.fault(
                                path(name),
                                value.place(),
                                exact.toString(),
                                least + " to " + most,
                                wrong);
                        return Optional.empty();
                    }
                    return Optional.of(exact.longValueExact());
                });
    }

    Optional<ObjectReader> object(String name, String model) {
        return field(name)
                .flatMap(value -> {
                    report.spot(model, path(name), value.place());
                    return object(value, path(name), model);
                });
    }

    private Optional<ObjectReader> object(Located value, String at, String model) {
        if (value instanceof Obj inner) {
            return Optional.of(new ObjectReader(inner, at, report));
        }
        wrong(value, at, model, "an object");
        return Optional.empty();
    }

    /** The objects of a list; what is none is reported and left out. */
    List<ObjectReader> objects(String name, String model) {
        List<ObjectReader> objects = new ArrayList<>();
        List<Located> items = list(name, model);
        for (int i = 0; i < items.size(); i++) {
            String at = path(name) + "[" + i + "]";
            object(items.get(i), at, model + "[" + i + "]").ifPresent(objects::add);
        }
        return objects;
    }

    /** The texts of a list; what is none is reported and left out. */
    List<String> texts(String name, String model) {
        List<String> texts = new ArrayList<>();
        List<Located> items = list(name, model);
        for (int i = 0; i < items.size(); i++) {
            String at = path(name) + "[" + i + "]";
            text(items.get(i), at, model + "[" + texts.size() + "]").ifPresent(texts::add);
        }
        return texts;
    }

    private List<Located> list(String name, String model) {
        Optional<Located> value = field(name);
        value.ifPresent(list -> report.spot(model, path(name), list.place()));
        if (value.isPresent() && !(value.get() instanceof Arr)) {
            wrong(value.get(), path(name), model, "a list");
        }
        return value.map(list -> list instanceof Arr arr ? arr.items() : List.<Located>of())
                .orElse(List.of());
    }

    /** Reports a value of the wrong kind. */
    void wrong(Located value, String at, String model, String allowed) {
        report.unreadable(model);
        report.fault(at, value.place(), value.shown(), allowed, "is of the wrong type");
    }

    /** The same list item, as the rules call it. */
    void spot(String model) {
        report.spot(model, path, object.place());
    }

    Obj located() {
        return object;
    }

    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    Report report() {
        return report;
    }
}
