/** What stands between a client and its Redis, and cuts, halts or loses what passes. */
@NullMarked
package dev.stepweir.testkit.proxy;

import org.jspecify.annotations.NullMarked;
