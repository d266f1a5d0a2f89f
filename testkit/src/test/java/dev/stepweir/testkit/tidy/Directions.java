package dev.stepweir.testkit.tidy;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/** Which package may know which; in main code, by import or by full name. */
final class Directions {

    private static final String ROOT = "dev.stepweir";

    private Directions() {}

    /** Packages from the lowest up: none mentions one that stands after it. */
    static Rule.Check layers(List<String> lowestFirst) {
        return forbid((from, to) -> {
            int lower = layer(lowestFirst, from);
            int upper = layer(lowestFirst, to);
            return lower >= 0 && upper > lower;
        });
    }

    /** Neither package mentions the other. */
    static Rule.Check strangers(String one, String other) {
        return forbid((from, to) ->
                (within(from, one) && within(to, other))
                        || (within(from, other) && within(to, one)));
    }

    /** Nobody outside {@code target} mentions it. */
    static Rule.Check nobodyMentions(String target) {
        return forbid((from, to) -> within(to, target) && !within(from, target));
    }

    /** Only the named packages, and those below them, mention a library. */
    static Rule.Check libraryOnlyIn(String library, List<String> packages) {
        return sources ->
                sources.mainJava().stream()
                        .filter(file -> packages.stream().noneMatch(p -> within(file, p)))
                        .flatMap(file -> violations(file, file.mentions(library)))
                        .toList();
    }

    private static Rule.Check forbid(BiPredicate<String, String> forbidden) {
        return sources ->
                sources.mainJava().stream()
                        .flatMap(file ->
                                violations(
                                        file,
                                        file.mentions(ROOT).stream()
                                                .filter(use ->
                                                        forbidden.test(
                                                                file.packageName(), use.name()))
                                                .toList()))
                        .toList();
    }

    private static Stream<Violation> violations(JavaFile file, List<JavaFile.Use> uses) {
        return uses.stream()
                .map(use -> new Violation(file.path(), use.line(), "mentions " + use.name()));
    }

    private static int layer(List<String> layers, String name) {
        for (int i = 0; i < layers.size(); i++) {
            if (within(name, layers.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean within(JavaFile file, String packageName) {
        return within(file.packageName(), packageName);
    }

    private static boolean within(String name, String packageName) {
        return name.equals(packageName) || name.startsWith(packageName + ".");
    }
}
