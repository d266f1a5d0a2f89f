package dev.stepweir.redis.script;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the comment at the top of a script says, in this order: what it does; {@code key} and {@code
 * arg} lines, of which the last ones may have a star for any number; one {@code ret} line;
 * includes. A line that is indented goes on with the one before.
 *
 * @param allowsOom whether it runs when Redis is out of memory
 * @param code what follows the header, without includes
 */
public record ScriptHeader(
        String name,
        boolean allowsOom,
        String summary,
        List<Item> keys,
        List<Item> args,
        String answer,
        List<String> includes,
        List<String> code) {

    private static final Pattern ITEM = Pattern.compile("-- (key|arg) ([a-z_]+)(\\*?)(?: +(.+))?");
    private static final Pattern ANSWER = Pattern.compile("-- ret (.+)");
    private static final Pattern INCLUDE = Pattern.compile("--@include ([a-z_]+)");
    private static final Pattern FURTHER = Pattern.compile("-- {6,}(.+)");
    private static final Pattern WORD = Pattern.compile("\\b[A-Z][A-Z_]{2,}\\b");

    /** A key or argument; with a star any number of them. */
    public record Item(String name, boolean any, String text) {

        Item and(String more) {
            return new Item(name, any, (text + " " + more).strip());
        }
    }

    public static ScriptHeader of(Script script) {
        return parse(script.fileName(), Script.read(script.fileName()));
    }

    static ScriptHeader parse(String name, String text) {
        List<String> lines = List.of(text.split("\n"));
        boolean allowsOom =
                switch (lines.getFirst()) {
                    case "#!lua" -> false;
                    case "#!lua flags=allow-oom" -> true;
                    default -> throw new IllegalStateException(name + " is no #!lua script");
                };
        List<String> summary = new ArrayList<>();
        List<Item> keys = new ArrayList<>();
        List<Item> args = new ArrayList<>();
        List<String> answer = new ArrayList<>();
        List<String> includes = new ArrayList<>();
        int at = 1;
        for (; at < lines.size() && lines.get(at).startsWith("--"); at++) {
            String line = lines.get(at);
            Matcher item = ITEM.matcher(line);
            Matcher ret = ANSWER.matcher(line);
            Matcher include = INCLUDE.matcher(line);
            Matcher further = FURTHER.matcher(line);
            if (include.matches()) {
                includes.add(include.group(1));
            } else if (further.matches() && !answer.isEmpty()) {
                answer.add(further.group(1));
            } else if (further.matches()) {
                List<Item> last = args.isEmpty() ? keys : args;
                last.add(last.removeLast().and(further.group(1)));
            } else if (item.matches() && answer.isEmpty()) {
                if (item.group(1).equals("key") && !args.isEmpty()) {
                    throw new IllegalStateException(name + ": keys come before arguments");
                }
                String words = item.group(4) == null ? "" : item.group(4);
                boolean any = !item.group(3).isEmpty();
                (item.group(1).equals("key") ? keys : args)
                        .add(new Item(item.group(2), any, words));
            } else if (ret.matches() && answer.isEmpty()) {
                answer.add(ret.group(1));
            } else if (keys.isEmpty() && answer.isEmpty() && line.startsWith("-- ")) {
                summary.add(line.substring(3));
            } else {
                throw new IllegalStateException(
                        name + " has a header line that says nothing: " + line);
            }
        }
        return new ScriptHeader(
                name,
                allowsOom,
                String.join(" ", summary),
                keys,
                args,
                String.join(" ", answer),
                includes,
                lines.subList(at, lines.size()));
    }

    /** The words that it may answer. */
    public Set<String> words() {
        Set<String> words = new LinkedHashSet<>();
        Matcher matcher = WORD.matcher(answer);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    static List<String> fixed(List<Item> items) {
        return items.stream().filter(item -> !item.any()).map(Item::name).toList();
    }

    /** The first lines of the code: they name what was passed. */
    List<String> prelude() {
        int blank = code.indexOf("");
        return code.subList(0, blank < 0 ? code.size() : blank);
    }

    List<String> body() {
        return code.subList(prelude().size(), code.size());
    }
}
