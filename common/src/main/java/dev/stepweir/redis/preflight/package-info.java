/** What a server must be like, and a user be allowed, before work is trusted to them. */
@NullMarked
package dev.stepweir.redis.preflight;

import org.jspecify.annotations.NullMarked;
