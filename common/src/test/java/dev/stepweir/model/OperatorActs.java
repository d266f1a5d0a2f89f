package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.EditStep;
import dev.stepweir.redis.script.NoteLetter;
import dev.stepweir.redis.script.PurgeLetter;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What people do to steps besides redriving them. */
final class OperatorActs {

    private OperatorActs() {}

    static final class Edit implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.EDIT_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(EditStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String start = random.nextInt(10) == 0 ? "READY " : "DEAD ";
            Optional<Map.Entry<StepAddress, String>> one =
                    world.players.ratherStill(world, start, random);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            StepAddress step = one.get().getKey();
            String expected = one.get().getValue();
            String input = "\"" + "e".repeat(random.nextInt(4) == 0 ? 5_000 : 3) + "\"";
            EditStep call =
                    new EditStep(world.keys(), step, expected, Bytes.of(input), "EDITED {}");
            String words = "edit " + step + " " + expected;
            return Optional.of(Deed.of(call, edit(world, call, input), words));
        }

        private static EditStep.Outcome edit(World world, EditStep call, String input) {
            StepAddress step = call.step();
            RunId run = step.run();
            Optional<RunHead> head = world.head(run);
            if (head.isEmpty()) {
                return EditStep.Outcome.GONE;
            }
            String stored = world.field(run, step.field());
            if (!stored.equals(call.expected()) || !stored.startsWith("DEAD ")) {
                return EditStep.Outcome.CHANGED;
            }
            RunState state = head.get().state();
            if (!World.isUnderWay(state) && state != RunState.FAILED) {
                return EditStep.Outcome.RUN_CLOSED;
            }
            String field = StepFields.input(step.step());
            boolean large = input.length() > 4_096;
            if (large) {
                world.blobs.put(world.keys().blob(run, field), input);
            } else {
                world.blobs.remove(world.keys().blob(run, field));
            }
            world.set(run, field, large ? "@" : "=" + input);
            world.setStep(step, StepField.parse(stored).deadAfterEdit());
            world.happened(run, call.event());
            return EditStep.Outcome.EDITED;
        }
    }

    static final class Note implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.NOTE_LETTER);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(NoteLetter.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step = world.players.anyStep(world, random);
            if (random.nextInt(4) > 0 && !world.letters.isEmpty()) {
                String id = oneOf(List.copyOf(world.letters.keySet()), random);
                step = new StepAddress(new RunId(id.substring(0, 36)), id.substring(37), Flow.WORK);
            }
            String field = StepFields.notes(step.step());
            String stored = world.field(step.run(), field);
            String expected = random.nextInt(4) == 0 ? "9" : stored;
            String notes = String.valueOf(random.nextInt(3));
            NoteLetter call = new NoteLetter(world.keys(), step, expected, notes, "NOTED {}");
            String words = "note " + notes + " of " + step + " after " + expected;
            return Optional.of(Deed.of(call, note(world, call, field, stored), words));
        }

        private static NoteLetter.Outcome note(
                World world, NoteLetter call, String field, String stored) {
            RunId run = call.step().run();
            if (!world.letters.containsKey(call.step().letterId()) || world.head(run).isEmpty()) {
                return NoteLetter.Outcome.GONE;
            }
            if (!stored.equals(call.expected())) {
                return NoteLetter.Outcome.CHANGED;
            }
            world.set(run, field, call.notes());
            world.happened(run, call.event());
            return NoteLetter.Outcome.NOTED;
        }
    }

    static final class LetterPurge implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.PURGE_LETTER);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(PurgeLetter.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            Optional<Map.Entry<StepAddress, String>> one =
                    world.players.ratherStill(world, "DEAD ", random);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            StepAddress step = one.get().getKey();
            String entry = StepField.parse(one.get().getValue()).ledgers().deadLetter();
            if (entry.isEmpty() || random.nextInt(5) == 0) {
                entry = oneOf(List.of("1-1", world.deadLetters.lastId()), random);
            }
            PurgeLetter call = new PurgeLetter(world.keys(), step, entry, "LETTER_PURGED {}");
            String words = "purge letter " + entry + " of " + step;
            return Optional.of(Deed.of(call, purge(world, call), words));
        }

        private static PurgeLetter.Outcome purge(World world, PurgeLetter call) {
            StepAddress step = call.step();
            String entry = world.letters.get(step.letterId());
            if (entry == null) {
                return PurgeLetter.Outcome.GONE;
            }
            if (!entry.equals(call.entry())) {
                return PurgeLetter.Outcome.CHANGED;
            }
            world.removeLetter(step.letterId());
            String stored = world.field(step.run(), step.field());
            if (!stored.isEmpty()) {
                world.happened(step.run(), call.event());
            }
            if (stored.startsWith("DEAD ")) {
                world.setStep(step, stored.replaceFirst(" dlq=\\S+", ""));
            }
            return PurgeLetter.Outcome.PURGED;
        }
    }
}
