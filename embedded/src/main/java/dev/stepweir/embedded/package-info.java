/**
 * The Redis that Stepweir starts by itself, for the first minute and for tests. {@link
 * dev.stepweir.embedded.RedisServer} is the only door: it finds a server program (installed, or the
 * one that comes with this module), starts it on the loopback interface behind a random password,
 * and makes sure that it never outlives the JVM, however that ends.
 */
@NullMarked
package dev.stepweir.embedded;

import org.jspecify.annotations.NullMarked;
