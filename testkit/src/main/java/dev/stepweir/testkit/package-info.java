/**
 * What the tests of every module stand on: a real Redis per JVM with a namespace per test ({@link
 * dev.stepweir.testkit.WithRedis}), whole-state comparison, real child JVMs that can be killed, and
 * a clock that is moved by hand.
 */
@NullMarked
package dev.stepweir.testkit;

import org.jspecify.annotations.NullMarked;
