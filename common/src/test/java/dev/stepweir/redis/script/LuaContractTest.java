package dev.stepweir.redis.script;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the scripts say of themselves is what they do and what their callers believe. */
class LuaContractTest {

    private static final Pattern BINDING =
            Pattern.compile("local ([\\w, ]+?) = (.+?)(?= local |$)");
    private static final Pattern PASSED = Pattern.compile("(KEYS|ARGV)\\[(\\d+)]");
    private static final Pattern RETURNED = Pattern.compile("return '([A-Z_]+)'");
    private static final Pattern STATE = Pattern.compile("'\\^?([A-Z_]{3,}) ");
    private static final Pattern CALL = Pattern.compile("\\bp?call\\('([A-Z]+)'(?:, ([^,)]+))?");
    private static final Pattern KEY =
            Pattern.compile(
                    "[a-z_]+(\\.[a-z_]+)?|KEYS\\[[^.]+|'(GROUPS?|CREATE|DELCONSUMER|server)'");
    private static final Pattern PER = Pattern.compile("^per [^:]+: (.+)$");

    /** The scripts by which work comes in: a full Redis refuses them. */
    private static final Set<Script> INTAKE = Set.of(Script.SUBMIT_RUN);

    @Test
    void every_file_is_a_script_and_every_included_file_is_used() throws Exception {
        Set<String> known = Stream.of(Script.values()).map(Script::fileName).collect(toSet());
        Set<String> included = new TreeSet<>();
        for (Script script : Script.values()) {
            included.addAll(ScriptHeader.of(script).includes());
        }

        assertThat(files("")).containsExactlyInAnyOrderElementsOf(known);
        assertThat(files("lib")).containsExactlyInAnyOrderElementsOf(included);
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void a_header_says_what_the_script_does_and_answers(Script script) {
        ScriptHeader header = ScriptHeader.of(script);

        assertThat(header.summary()).endsWith(".");
        assertThat(header.answer()).isNotEmpty();
        assertThat(header.keys()).isNotEmpty();
        assertThat(starsLast(header.keys())).isTrue();
        assertThat(starsLast(header.args())).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void only_intake_stops_when_redis_is_full(Script script) {
        assertThat(ScriptHeader.of(script).allowsOom()).isEqualTo(!INTAKE.contains(script));
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void the_caller_sends_as_many_keys_and_arguments_as_the_header_has(Script script) {
        ScriptHeader header = ScriptHeader.of(script);
        ScriptCall none = SampleCalls.of(script, 0).call();

        assertThat(none.keys().length).isEqualTo(ScriptHeader.fixed(header.keys()).size());
        assertThat(none.args().length).isEqualTo(ScriptHeader.fixed(header.args()).size());

        ScriptCall two = SampleCalls.of(script, 2).call();
        sizeOfOne(header.keys())
                .ifPresent(one ->
                        assertThat(two.keys().length - none.keys().length).isEqualTo(2 * one));
        sizeOfOne(header.args())
                .ifPresent(one ->
                        assertThat(two.args().length - none.args().length).isEqualTo(2 * one));
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void the_caller_understands_every_answer_and_expects_no_other(Script script) {
        Set<String> words = new TreeSet<>(ScriptHeader.of(script).words());
        if (script == Script.ADVANCE_STEPS) {
            // It only names the items that were not applied.
            words.add(AdvanceSteps.Result.APPLIED.name());
        }
        Set<String> understood =
                SampleCalls.of(script, 0).answers().stream()
                        .flatMap(type -> Stream.of(type.getEnumConstants()))
                        .map(Enum::name)
                        .collect(toSet());

        assertThat(words).containsExactlyInAnyOrderElementsOf(understood);
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void a_script_answers_with_the_words_of_its_header(Script script) {
        Set<String> words = ScriptHeader.of(script).words();
        Set<String> returned =
                found(RETURNED, script.source()).map(m -> m.group(1)).collect(toSet());
        returned.remove("OK"); // What the fence says to the script.

        assertThat(words).containsAll(returned);
        assertThat(words)
                .allSatisfy(word -> assertThat(script.source()).contains("'" + word + "'"));
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void the_first_lines_name_what_was_passed_as_the_header_does(Script script) {
        ScriptHeader header = ScriptHeader.of(script);
        Map<String, Map<Integer, String>> bound = bindings(header);

        assertThat(bound.get("KEYS").values())
                .containsExactlyElementsOf(ScriptHeader.fixed(header.keys()));
        assertThat(bound.get("ARGV").values())
                .containsExactlyElementsOf(ScriptHeader.fixed(header.args()));
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void below_its_first_lines_a_script_touches_only_what_there_may_be_any_number_of(
            Script script) {
        ScriptHeader header = ScriptHeader.of(script);
        String body = withoutComments(header.body());

        assertThat(found(PASSED, body)).isEmpty();
        if (header.keys().stream().noneMatch(ScriptHeader.Item::any)) {
            assertThat(body).doesNotContain("KEYS");
        }
        if (header.args().stream().noneMatch(ScriptHeader.Item::any)) {
            assertThat(body).doesNotContain("ARGV");
        }
        for (String include : header.includes()) {
            assertThat(Script.read("lib/" + include)).doesNotContain("KEYS", "ARGV");
        }
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void keys_are_passed_and_not_built(Script script) {
        ScriptHeader header = ScriptHeader.of(script);
        String code = withoutComments(List.of(script.source().split("\n")));

        assertThat(found(CALL, code).map(m -> m.group(2)).filter(key -> key != null))
                .allMatch(KEY.asMatchPredicate());
        assertThat(code).doesNotContain("sw:").doesNotContain(":'");
        // The one way to a key that no caller could name: it is in an entry that is read here.
        assertThat(found(Pattern.compile("(\\w+_prefix) \\.\\."), code).map(m -> m.group(1)))
                .isSubsetOf(ScriptHeader.fixed(header.args()));
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void states_are_spelled_as_in_the_tables(Script script) {
        Set<String> states =
                Stream.concat(Stream.of(StepState.values()), Stream.of(RunState.values()))
                        .map(Enum::name)
                        .collect(toSet());

        assertThat(found(STATE, script.source()).map(m -> m.group(1))).isSubsetOf(states);
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void what_is_included_is_used(Script script) {
        ScriptHeader header = ScriptHeader.of(script);

        assertThat(header.includes()).doesNotHaveDuplicates();
        for (String include : header.includes()) {
            String library = Script.read("lib/" + include);
            String function =
                    found(Pattern.compile("local function (\\w+)"), library)
                            .findFirst()
                            .orElseThrow()
                            .group(1);
            assertThat(String.join("\n", header.code())).contains(function + "(");
        }
    }

    @Test
    void each_file_is_included_once_and_before_who_needs_it() {
        Map<String, String> files =
                Map.of(
                        "top", "#!lua\n--@include a\n--@include b\ntop()",
                        "lib/a", "--@include b\nlocal a",
                        "lib/b", "local b");

        assertThat(ScriptSource.assemble("top", files::get))
                .isEqualTo("#!lua\nlocal b\nlocal a\ntop()\n");
    }

    @Test
    void files_that_include_each_other_are_refused() {
        Map<String, String> files =
                Map.of("top", "--@include a", "lib/a", "--@include b", "lib/b", "--@include a");

        assertThatThrownBy(() -> ScriptSource.assemble("top", files::get))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("top -> lib/a -> lib/b -> lib/a");
    }

    @Test
    void an_include_that_does_not_exist_is_refused() {
        assertThatThrownBy(() ->
                        ScriptSource.assemble(
                                "top",
                                name ->
                                        name.equals("top")
                                                ? "--@include nowhere"
                                                : Script.read(name)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lib/nowhere.lua is not on the class path");
    }

    @Test
    void a_header_in_disorder_is_refused() {
        assertThatThrownBy(() -> ScriptHeader.parse("x", "-- no script\n"))
                .hasMessageContaining("no #!lua");
        assertThatThrownBy(() -> ScriptHeader.parse("x", "#!lua\n-- key a\n-- arg b\n-- key c\n"))
                .hasMessageContaining("keys come before");
        assertThatThrownBy(() -> ScriptHeader.parse("x", "#!lua\n-- Does.\n-- key a\n-- what\n"))
                .hasMessageContaining("says nothing: -- what");
    }

    /** Index to name, for KEYS and for ARGV. */
    private static Map<String, Map<Integer, String>> bindings(ScriptHeader header) {
        Map<String, Map<Integer, String>> bound = new LinkedHashMap<>();
        bound.put("KEYS", new TreeMap<>());
        bound.put("ARGV", new TreeMap<>());
        String prelude = String.join(" ", header.prelude()).replaceAll(" +", " ");
        found(BINDING, prelude)
                .forEach(binding -> {
                    List<String> names = List.of(binding.group(1).split(", "));
                    List<String> values = List.of(binding.group(2).strip().split(", "));
                    for (int i = 0; i < names.size(); i++) {
                        if (values.equals(List.of("unpack(ARGV)"))) {
                            bound.get("ARGV").put(i + 1, names.get(i));
                            continue;
                        }
                        Matcher passed = PASSED.matcher(values.get(i));
                        if (passed.find()) {
                            bound.get(passed.group(1))
                                    .put(Integer.valueOf(passed.group(2)), names.get(i));
                        }
                    }
                });
        return bound;
    }

    /** How many keys or arguments there are for each, if the header says {@code per <one>: ...}. */
    private static Optional<Integer> sizeOfOne(List<ScriptHeader.Item> items) {
        return items.stream()
                .map(item -> PER.matcher(item.text()))
                .filter(Matcher::matches)
                .map(per -> per.group(1).split(", ").length)
                .findFirst();
    }

    private static boolean starsLast(List<ScriptHeader.Item> items) {
        List<Boolean> stars = items.stream().map(ScriptHeader.Item::any).toList();
        return stars.equals(stars.stream().sorted().toList());
    }

    private static Stream<MatchResult> found(Pattern pattern, String text) {
        return new ArrayList<>(pattern.matcher(text).results().toList()).stream();
    }

    private static String withoutComments(List<String> lines) {
        return String.join("\n", lines.stream().map(line -> line.replaceAll("--.*", "")).toList());
    }

    private static List<String> files(String folder) throws IOException, URISyntaxException {
        Path root = Path.of(Script.class.getResource("submit_run.lua").toURI()).getParent();
        try (Stream<Path> found = Files.list(root.resolve(folder))) {
            return found.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".lua"))
                    .map(name -> name.replace(".lua", ""))
                    .toList();
        }
    }
}
