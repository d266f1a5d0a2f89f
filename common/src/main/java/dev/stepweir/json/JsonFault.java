package dev.stepweir.json;

import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** What is wrong with a JSON text, for people: without what only concerns who parses it. */
public final class JsonFault {

    private static final Pattern START = Pattern.compile("\\s*\\(start marker at \\[.*?\\]\\)");

    private JsonFault() {}

    /** The fault alone. */
    public static String said(JacksonException e) {
        String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
        return START.matcher(message).replaceAll("");
    }

    /** The fault with its line and column, as far as they are known. */
    public static String placed(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null || at.getLineNr() < 1
                ? said(e)
                : "%s (line %d, column %d)".formatted(said(e), at.getLineNr(), at.getColumnNr());
    }
}
