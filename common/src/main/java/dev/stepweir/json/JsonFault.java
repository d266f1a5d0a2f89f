package dev.stepweir.json;

import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** What is wrong with a JSON text, for people: without what only concerns who parses it. */
public final class JsonFault {

    /** Where the parser speaks to who configures it. */
    private static final Pattern ASIDE =
            Pattern.compile(
                    "\\s*\\(start marker at \\[.*?\\]\\)"
                            + "|: enable `[^`]*` to allow"
                            + "| \\(set `[^`]*` to 'false' to allow\\)"
                            + "| \\(not recognized as one since [^)]*\\)"
                            + "|, from `[^`]*`");

    private static final Pattern TRAILING = Pattern.compile("Trailing token .*");

    private static final Pattern NON_STANDARD = Pattern.compile("Non-standard token ('[^']*')");

    private JsonFault() {}

    /** The fault alone. */
    public static String said(JacksonException e) {
        String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
        String plain = ASIDE.matcher(message).replaceAll("");
        if (TRAILING.matcher(plain).matches()) {
            return "there is more after the value";
        }
        return NON_STANDARD.matcher(plain).replaceAll("$1 is no value of JSON");
    }

    /** The fault with its line and column, as far as they are known. */
    public static String placed(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null || at.getLineNr() < 1
                ? said(e)
                : "%s (line %d, column %d)".formatted(said(e), at.getLineNr(), at.getColumnNr());
    }
}
