/**
 * What a step and a run can be, and every move between. The two transition tables are the truth:
 * documents are generated from them and a test fails on a row that no test has taken.
 */
@NullMarked
package dev.stepweir.state;

import org.jspecify.annotations.NullMarked;
