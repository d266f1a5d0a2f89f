package dev.stepweir.redis.script;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Puts a script together from its file and the files that it includes, each once. */
final class ScriptSource {

    private static final String INCLUDE = "--@include ";

    private final UnaryOperator<String> files;
    private final Set<String> included = new LinkedHashSet<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();

    private ScriptSource(UnaryOperator<String> files) {
        this.files = files;
    }

    /**
     * The text of a script.
     *
     * @param name the file, without its ending
     * @param files the text of a file by its name
     * @throws IllegalStateException if files include each other in a circle
     */
    static String assemble(String name, UnaryOperator<String> files) {
        ScriptSource source = new ScriptSource(files);
        source.add(name);
        return source.text.toString();
    }

    private void add(String name) {
        open.addLast(name);
        for (String line : files.apply(name).split("\n")) {
            if (line.startsWith(INCLUDE)) {
                include("lib/" + line.substring(INCLUDE.length()).strip());
            } else {
                text.append(line).append('\n');
            }
        }
        open.removeLast();
    }

    private void include(String name) {
        if (open.contains(name)) {
            throw new IllegalStateException(
                    "scripts include each other: " + String.join(" -> ", open) + " -> " + name);
        }
        if (included.add(name)) {
            add(name);
        }
    }
}
