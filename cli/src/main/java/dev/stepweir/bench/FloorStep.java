package dev.stepweir.bench;

import static dev.stepweir.bench.FloorKeys.bytes;

import io.lettuce.core.protocol.CommandArgs;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What committing one step of a shape sends, encoded once.
 *
 * @param field the step's field in the run's hash
 * @param index where the script finds the step in the definition, from 1
 * @param next the steps that wait for this one
 */
record FloorStep(byte[] field, byte[] index, List<Successor> next) {

    private static final byte[] RESULT = bytes("{\"ok\":true}");

    /**
     * One successor.
     *
     * @param needs how many steps it waits for
     * @param entryTail what its stream entry carries after the run
     */
    record Successor(byte[] field, int needs, byte[] entryTail) {}

    static List<FloorStep> of(Shape shape) {
        List<Shape.Node> nodes = shape.steps();
        return IntStream.range(0, nodes.size())
                .mapToObj(step -> of(step, nodes.get(step).next(), nodes))
                .toList();
    }

    private static FloorStep of(int step, List<Integer> next, List<Shape.Node> nodes) {
        return new FloorStep(
                field(step),
                bytes("" + (step + 1)),
                next.stream()
                        .map(to ->
                                new Successor(
                                        field(to), nodes.get(to).needs(), bytes(entryTail(to))))
                        .toList());
    }

    private static byte[] field(int step) {
        return bytes("s" + step);
    }

    /** What the entry of a step carries after the run: {@code " <step> <dispatch number>"}. */
    static String entryTail(int step) {
        return " " + step + " 1";
    }

    /** Says once per call what follows this step. */
    void addDefinition(CommandArgs<byte[], byte[]> args) {
        args.add(field).add(next.size());
        for (Successor successor : next) {
            args.add(successor.field()).add(successor.needs()).add(successor.entryTail());
        }
    }

    /** Reports this step of one run as finished. */
    void addCommit(CommandArgs<byte[], byte[]> args, byte[] entryId) {
        args.add(entryId).add(index).add(RESULT);
    }
}
