package dev.stepweir.testkit.tidy;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Sizes that a reader can hold in mind. */
final class Budgets {

    private Budgets() {}

    /**
     * A limit, and the few paths with one of their own.
     *
     * @param larger path to limit; a ratchet, to be lowered when its path shrinks
     */
    record Limit(int usual, Map<String, Integer> larger) {
        int of(String path) {
            return larger.getOrDefault(path, usual);
        }
    }

    /** Characters in a line of Java; imports cannot be broken and are let off. */
    static Rule.Check lineLength(int limit) {
        return sources -> {
            List<Violation> found = new ArrayList<>();
            for (TextFile file : sources.files()) {
                List<String> lines = file.isJava() ? file.lines() : List.of();
                for (int i = 0; i < lines.size(); i++) {
                    String line = lines.get(i);
                    int length = line.codePointCount(0, line.length());
                    if (length > limit && !line.startsWith("import ")) {
                        found.add(new Violation(file.path(), i + 1L, length + " characters"));
                    }
                }
            }
            return found;
        };
    }

    static Rule.Check fileLength(Predicate<String> paths, Limit limit) {
        return sources ->
                sources.files().stream()
                        .filter(file -> paths.test(file.path()))
                        .filter(file -> file.lines().size() > limit.of(file.path()))
                        .map(file -> tooLong(file, limit.of(file.path())))
                        .toList();
    }

    private static Violation tooLong(TextFile file, int limit) {
        return new Violation(file.path(), limit + 1L, file.lines().size() + " lines of " + limit);
    }

    /** Lines of a method in main code, from its first annotation to its closing brace. */
    static Rule.Check methodLength(int limit) {
        return sources ->
                sources.mainJava().stream()
                        .flatMap(file ->
                                file.methods().stream()
                                        .filter(method -> method.length() > limit)
                                        .map(method ->
                                                new Violation(
                                                        file.path(),
                                                        method.firstLine(),
                                                        method.name()
                                                                + " has "
                                                                + method.length()
                                                                + " lines")))
                        .toList();
    }

    /** Top-level types of a package in one module's main code. */
    static Rule.Check packageSize(Limit limit) {
        return sources -> {
            Map<String, Integer> types =
                    sources.mainJava().stream()
                            .collect(
                                    groupingBy(
                                            Budgets::directory,
                                            TreeMap::new,
                                            summingInt(file -> file.types().size())));
            return types.entrySet().stream()
                    .filter(entry -> entry.getValue() > limit.of(entry.getKey()))
                    .map(entry -> new Violation(entry.getKey(), 1, entry.getValue() + " types"))
                    .toList();
        };
    }

    private static String directory(JavaFile file) {
        return file.path().substring(0, file.path().lastIndexOf('/'));
    }
}
