package dev.stepweir.operator;

import dev.stepweir.run.DeadLetter;
import java.time.Instant;

/** A dead letter and when its step died. */
public record DeadLetterView(DeadLetter letter, Instant died) {}
