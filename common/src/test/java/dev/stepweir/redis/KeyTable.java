package dev.stepweir.redis;

import dev.stepweir.run.RunId;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Every key that {@link Keys} names, asked from its methods. */
public final class KeyTable {

    private static final Keys SAMPLE = new Keys("sample", 7);
    private static final RunId RUN = RunId.create(7);

    /**
     * One key or channel.
     *
     * @param form the name with {@code <placeholders>}
     */
    public record Row(String form, RedisKey key) {

        /** Whether a stored key is of this form. */
        public boolean names(String key) {
            return pattern().matcher(key).matches();
        }

        private Pattern pattern() {
            String[] parts = form.split("<[a-z]+>", -1);
            return Pattern.compile(
                    String.join(".+", Stream.of(parts).map(Pattern::quote).toList()),
                    Pattern.DOTALL);
        }
    }

    private KeyTable() {}

    public static List<Row> rows() {
        return Stream.of(Keys.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(RedisKey.class))
                .map(KeyTable::row)
                .sorted(Comparator.comparing(Row::form))
                .toList();
    }

    private static Row row(Method method) {
        RedisKey key = method.getAnnotation(RedisKey.class);
        Object[] arguments = Stream.of(method.getParameters()).map(KeyTable::placeholder).toArray();
        try {
            String name = (String) method.invoke(SAMPLE, arguments);
            String form =
                    name.replace(RUN.text(), "<run>")
                            .replace(
                                    "sample:7",
                                    "<namespace>:" + (key.once() ? "0" : "<partition>"));
            return new Row(form, key);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object placeholder(Parameter parameter) {
        return parameter.getType() == RunId.class ? RUN : "<" + parameter.getName() + ">";
    }
}
