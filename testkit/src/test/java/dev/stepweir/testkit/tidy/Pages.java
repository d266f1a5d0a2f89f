package dev.stepweir.testkit.tidy;

import java.util.List;
import java.util.stream.Collectors;

/** What pages say of the code. */
final class Pages {

    private static final String ROOT = "dev.stepweir.";

    private Pages() {}

    /**
     * A page's table of modules names each package of main code in its second column, in backquotes
     * and without what all begin with.
     */
    static Rule.Check nameEveryPackage(String page) {
        return sources -> {
            String text =
                    sources.files().stream()
                            .filter(file -> file.path().equals(page))
                            .flatMap(file -> file.text().lines())
                            .filter(line -> line.startsWith("| `"))
                            .map(line -> line.split("\\|")[2])
                            .collect(Collectors.joining());
            List<String> packages =
                    sources.mainJava().stream().map(JavaFile::packageName).distinct().toList();
            return packages.stream()
                    .map(name -> name.substring(ROOT.length()))
                    .filter(name -> !text.contains("`" + name + "`"))
                    .map(name -> new Violation(page, 1, "does not name " + name))
                    .toList();
        };
    }
}
