package dev.stepweir.testkit.tidy;

import java.util.List;

/**
 * What the rules need to know of a Java file.
 *
 * @param uses dotted names and calls in the order of the text, imports among them
 * @param nullMarked whether the file is a {@code package-info} that marks its package
 */
record JavaFile(
        String path,
        String packageName,
        List<Use> uses,
        List<Method> methods,
        List<String> types,
        boolean nullMarked) {

    /**
     * A name used: {@code a.b.C} for a selection or an import, {@code C.m()} for a call without
     * arguments, {@code C.m(..)} for one with some, {@code new C()} likewise.
     */
    record Use(String name, long line) {

        /** Whether this is {@code name}, written with or without what qualifies it. */
        boolean is(String wanted) {
            return name.equals(wanted) || name.endsWith("." + wanted);
        }
    }

    record Method(String name, long firstLine, long lastLine) {
        long length() {
            return lastLine - firstLine + 1;
        }
    }

    boolean isMain() {
        return path.contains("/src/main/");
    }

    boolean isPackageInfo() {
        return path.endsWith("/package-info.java");
    }

    /** The names used that begin with a package, imports and full names alike. */
    List<Use> mentions(String prefix) {
        return uses.stream().filter(use -> use.name().startsWith(prefix + ".")).toList();
    }
}
