/**
 * A second implementation of the scripts, in Java: a partition as plain maps, and per operation a
 * class that says whom it may be done to, what it does to those maps, and what it answers. Random
 * sequences are played on both and everything is compared, so a script that does anything more,
 * less or else than the model shows at once. A new script joins by one class in {@link
 * dev.stepweir.model.Repertoire}.
 */
@NullMarked
package dev.stepweir.model;

import org.jspecify.annotations.NullMarked;
