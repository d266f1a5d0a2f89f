/**
 * The house rules that no compiler checks, over the text and syntax of the whole repository. {@link
 * dev.stepweir.testkit.tidy.HouseRules} is the list; a rule that cannot fail its own bad sample is
 * not a rule.
 */
@NullMarked
package dev.stepweir.testkit.tidy;

import org.jspecify.annotations.NullMarked;
