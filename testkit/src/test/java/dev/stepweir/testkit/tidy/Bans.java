package dev.stepweir.testkit.tidy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Words, calls and names that are not used here. */
final class Bans {

    private static final Set<String> DRAWERS =
            Set.of("util", "utils", "helper", "helpers", "manager", "impl", "base", "common");
    private static final Pattern COSTUMES = Pattern.compile("\\w+(Impl|Manager|Helper|Utils?)");

    private Bans() {}

    /** A pattern that no line of any text file contains. */
    static Rule.Check text(Pattern pattern) {
        return sources -> {
            List<Violation> found = new ArrayList<>();
            for (TextFile file : sources.files()) {
                List<String> lines = file.lines();
                for (int i = 0; i < lines.size(); i++) {
                    if (pattern.matcher(lines.get(i)).find()) {
                        found.add(new Violation(file.path(), i + 1L, lines.get(i).strip()));
                    }
                }
            }
            return found;
        };
    }

    /**
     * A name or call that main code does without, as written in {@link JavaFile.Use}.
     *
     * @param allowed beginnings of the paths that may use it
     */
    static Rule.Check use(String name, List<String> allowed) {
        return sources ->
                sources.mainJava().stream()
                        .filter(file -> allowed.stream().noneMatch(file.path()::startsWith))
                        .flatMap(file ->
                                file.uses().stream()
                                        .filter(use -> use.is(name))
                                        .map(use ->
                                                new Violation(
                                                        file.path(), use.line(), "uses " + name)))
                        .toList();
    }

    /** Packages and types named after nothing in particular. */
    static Rule.Check emptyNames() {
        return sources -> sources.mainJava().stream().flatMap(Bans::emptyNames).toList();
    }

    private static Stream<Violation> emptyNames(JavaFile file) {
        Stream<String> packages =
                Stream.of(file.packageName().split("\\.", -1))
                        .filter(name -> DRAWERS.contains(name.toLowerCase(Locale.ROOT)));
        Stream<String> types =
                file.types().stream().filter(name -> COSTUMES.matcher(name).matches());
        return Stream.concat(packages, types)
                .map(name -> new Violation(file.path(), 1, "is named " + name));
    }

    /** Every package of main code says what it is for, and that null is an exception there. */
    static Rule.Check unmarkedPackages() {
        return sources -> {
            Set<String> marked = new HashSet<>();
            for (JavaFile file : sources.mainJava()) {
                if (file.isPackageInfo() && file.nullMarked()) {
                    marked.add(file.packageName());
                }
            }
            return sources.mainJava().stream()
                    .filter(file -> !marked.contains(file.packageName()))
                    .map(file ->
                            new Violation(
                                    file.path(),
                                    1,
                                    file.packageName() + " has no package-info with @NullMarked"))
                    .toList();
        };
    }
}
