/** Who works, and what lies on the queues: workers, roles, queues and their pauses. */
@NullMarked
package dev.stepweir.operator.fleet;

import org.jspecify.annotations.NullMarked;
