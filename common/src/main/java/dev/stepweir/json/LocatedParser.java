package dev.stepweir.json;

import dev.stepweir.json.Located.Place;
import dev.stepweir.json.LocatedDocument.Format;
import dev.stepweir.json.LocatedDocument.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Turns the tokens of one text into a {@link LocatedDocument}. Used once. */
final class LocatedParser {

    private static final TokenStreamFactory JSON =
            JsonFactory.builder().streamReadConstraints(constraints()).build();

    private static final TokenStreamFactory YAML =
            YAMLFactory.builder().streamReadConstraints(constraints()).build();

    /** Where the YAML engine's message says what its exception's location does not. */
    private static final Pattern YAML_PLACE =
            Pattern.compile("([^\\n]*)\\n in reader, line (\\d+), column (\\d+)");

    private static final Pattern NUMBER =
            Pattern.compile("-?\\d+(\\.\\d*)?([eE][+-]?\\d+)?|-?\\.\\d+([eE][+-]?\\d+)?");

    private final String text;
    private final Format format;
    private final List<Problem> problems = new ArrayList<>();
    private int @Nullable [] codePoints;
    private int[] lineStarts = {};

    LocatedParser(String text, Format format) {
        this.text = text;
        this.format = format;
    }

    /** One level more than is allowed, so that the message about depth is ours and has a place. */
    private static StreamReadConstraints constraints() {
        return Json.CONSTRAINTS.rebuild().maxNestingDepth(Json.MAX_DEPTH + 1).build();
    }

    LocatedDocument parse() {
        TokenStreamFactory factory = format == Format.JSON ? JSON : YAML;
        Place last = new Place(1, 1);
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            try {
                if (parser.nextToken() == null) {
                    problem(last, "", "", "an object", "the document is empty");
                    return new LocatedDocument(Optional.empty(), problems);
                }
                Located root = value(parser, "", 1);
                if (parser.nextToken() != null) {
                    problem(place(parser), "", "a second document", "one", "the document goes on");
                }
                return new LocatedDocument(Optional.of(root), problems);
            } catch (TooDeepException e) {
                return new LocatedDocument(Optional.empty(), problems);
            } catch (JacksonException e) {
                last = place(parser);
                syntax(e, last);
            }
        } catch (JacksonException e) {
            syntax(e, last);
        }
        return new LocatedDocument(Optional.empty(), problems);
    }

    private Located value(JsonParser parser, String path, int depth) {
        Place place = place(parser);
        checkYaml(parser, path, place);
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path, checked(depth, path, place), place);
            case START_ARRAY -> array(parser, path, checked(depth, path, place), place);
            case VALUE_STRING -> new Located.Scalar(place, string(parser, path, place));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    new Located.Scalar(place, number(parser, path, place));
            case VALUE_TRUE -> new Located.Scalar(place, true);
            case VALUE_FALSE -> new Located.Scalar(place, false);
            default -> new Located.Scalar(place, null);
        };
    }

    private int checked(int depth, String path, Place place) {
        if (depth > Json.MAX_DEPTH) {
            problem(
                    place,
                    path.length() > 60 ? path.substring(0, 60) + "..." : path,
                    depth + " levels",
                    "at most " + Json.MAX_DEPTH,
                    "is nested too deep");
            throw new TooDeepException();
        }
        return depth;
    }

    private Located object(JsonParser parser, String path, int depth, Place place) {
        Object tag = parser.getTypeId();
        Map<String, Located.Field> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = place(parser);
            String keyPath = path.isEmpty() ? key : path + "." + key;
            // The first key of a tagged object shows the object's tag once more.
            if (parser.getTypeId() != null && !parser.getTypeId().equals(tag)) {
                tagged(parser, keyPath, keyPlace);
            }
            checkAlias(parser, keyPath, keyPlace);
            checkText(key, keyPath, keyPlace);
            parser.nextToken();
            Located.Field field = new Located.Field(keyPlace, value(parser, keyPath, depth + 1));
            Located.Field first = fields.putIfAbsent(key, field);
            if (first != null) {
                problem(
                        keyPlace,
                        keyPath,
                        "'" + key + "'",
                        "each key once",
                        "is a duplicate key, first in line " + first.keyPlace().line());
            }
        }
        return new Located.Obj(place, Collections.unmodifiableMap(fields));
    }

    private Located array(JsonParser parser, String path, int depth, Place place) {
        List<Located> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, path + "[" + items.size() + "]", depth + 1));
        }
        return new Located.Arr(place, Collections.unmodifiableList(items));
    }

    private @Nullable Object string(JsonParser parser, String path, Place place) {
        String string = parser.getString();
        checkText(string, path, place);
        if (format == Format.JSON) {
            return string;
        }
        // The engine knows JSON's words only; YAML's core schema has these besides.
        return switch (string) {
            case "", "~", "Null", "NULL" -> quoted(place) ? string : null;
            case "True", "TRUE" -> quoted(place) ? string : Boolean.TRUE;
            case "False", "FALSE" -> quoted(place) ? string : Boolean.FALSE;
            default -> string;
        };
    }

    private @Nullable Object number(JsonParser parser, String path, Place place) {
        String number = parser.getString();
        if (!NUMBER.matcher(number).matches()) {
            problem(place, path, number, "a finite number", "is not a number of JSON");
            return null;
        }
        try {
            return Json.value(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            ? parser.getBigIntegerValue()
                            : new BigDecimal(number));
        } catch (NumberFormatException tooLarge) {
            problem(place, path, number, "an exponent below 2^31", "is too large a number");
            return null;
        }
    }

    private void checkYaml(JsonParser parser, String path, Place place) {
        if (parser.getTypeId() != null) {
            tagged(parser, path, place);
        }
        checkAlias(parser, path, place);
    }

    private void tagged(JsonParser parser, String path, Place place) {
        String tag = parser.getTypeId().toString().replace("tag:yaml.org,2002:", "!");
        problem(place, path, "!" + tag, "plain values", "YAML tags are not supported");
    }

    private void checkAlias(JsonParser parser, String path, Place place) {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            problem(place, path, "an alias", "plain values", "YAML aliases are not supported");
        }
    }

    /** Half of a surrogate pair cannot be written as UTF-8, so it could not be stored. */
    private void checkText(String string, String path, Place place) {
        if (!Json.wellFormed(string)) {
            problem(place, path, "half a surrogate pair", "Unicode text", "is not valid text");
        }
    }

    private void syntax(JacksonException e, Place place) {
        String message = JsonFault.said(e);
        TokenStreamLocation location = e.getLocation();
        Place at = location == null ? place : place(location);
        Matcher matcher = YAML_PLACE.matcher(message);
        while (matcher.find()) {
            at = new Place(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)));
            message = matcher.group(1);
        }
        problem(at, "", "", "", "is not valid " + format + ": " + firstLine(message));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("unreadable").strip();
    }

    private boolean quoted(Place place) {
        if (codePoints == null) {
            codePoints = text.codePoints().toArray();
            lineStarts = lineStarts(codePoints);
        }
        int line = Math.min(place.line(), lineStarts.length) - 1;
        int at = lineStarts[line] + place.column() - 1;
        return at < codePoints.length && "\"'|>&".indexOf(codePoints[at]) >= 0;
    }

    /** A line ends, as the YAML engine counts, with LF, CR LF or CR. */
    private static int[] lineStarts(int[] codePoints) {
        List<Integer> starts = new ArrayList<>(List.of(0));
        for (int i = 0; i < codePoints.length; i++) {
            boolean beforeFeed = i + 1 < codePoints.length && codePoints[i + 1] == '\n';
            if (codePoints[i] == '\n' || (codePoints[i] == '\r' && !beforeFeed)) {
                starts.add(i + 1);
            }
        }
        return starts.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Place place(JsonParser parser) {
        return place(parser.currentTokenLocation());
    }

    private static Place place(TokenStreamLocation location) {
        return new Place(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }

    private void problem(Place place, String path, String found, String allowed, String message) {
        problems.add(new Problem(place, path, found, allowed, message));
    }

    /** Ends the reading of a document that is too deep; its problem is recorded already. */
    private static final class TooDeepException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooDeepException() {
            super(null, null, false, false);
        }
    }
}
