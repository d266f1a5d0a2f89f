package dev.stepweir.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Errors that most likely have one cause: 12 hexadecimal digits, the same for errors of one type
 * from one place in the code. Line numbers and the names that the JVM makes up do not count; where
 * there is no stack trace the message counts instead, without its numbers.
 */
public record ErrorGroup(String text) {

    private static final Pattern TEXT = Pattern.compile("[0-9a-f]{12}");
    private static final Pattern NUMBER =
            Pattern.compile("0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\\d+");
    private static final String FRAME = "at ";
    private static final String CAUSE = "Caused by: ";
    private static final int FRAMES = 12;
    private static final int CAUSES = 4;

    public ErrorGroup {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "an error group is 12 hexadecimal digits, found '" + text + "'");
        }
    }

    /** The group that an error belongs to. */
    public static ErrorGroup of(StepError error) {
        List<String> place = new ArrayList<>();
        place.addAll(lines(error, CAUSE, CAUSES));
        place.addAll(lines(error, FRAME, FRAMES));
        String where = place.isEmpty() ? error.message() : String.join("\n", place);
        String signature =
                error.type() + "\n" + error.code() + "\n" + NUMBER.matcher(where).replaceAll("#");
        return new ErrorGroup(hash(signature));
    }

    private static List<String> lines(StepError error, String start, int atMost) {
        return error.stack()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(start))
                .limit(atMost)
                .map(ErrorGroup::withoutDetails)
                .toList();
    }

    /** The method of a frame, the type of a cause. */
    private static String withoutDetails(String line) {
        int end = line.startsWith(FRAME) ? line.indexOf('(') : line.indexOf(':', CAUSE.length());
        return end < 0 ? line : line.substring(0, end);
    }

    private static String hash(String signature) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(signature.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
