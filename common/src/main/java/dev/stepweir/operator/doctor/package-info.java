/**
 * Looks for what does not fit together in a namespace, and makes it right if it is told to. The
 * stored state of a run is the truth; whatever else Redis holds can be checked against it and made
 * anew. Each kind of fault is an {@link dev.stepweir.operator.doctor.Ailment}; a round looks for
 * some of them, a page at a time, and nothing is told that a second look did not find again.
 * Repairs are the guarded scripts that the roles use.
 */
@NullMarked
package dev.stepweir.operator.doctor;

import org.jspecify.annotations.NullMarked;
