package dev.stepweir.testkit;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test method of the class a Redis, as a parameter of type {@link TestRedis}.
 *
 * <p>The server is shared by all classes of the JVM; a test owns a namespace of its own, which is
 * deleted after it. A test fails if it leaves connections open or threads named {@code stepweir-*}
 * running that were not there before it.
 *
 * <p>The system property {@code redis} chooses the server: {@code bundled} (the default), {@code
 * path} for an installed one, {@code url} for the one that {@code redis.url} names, {@code docker}
 * for a container, which skips the tests where no container engine answers.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith({RedisExtension.class, ProcessesExtension.class})
public @interface WithRedis {

    /** A fresh server for each test method, which may be stopped, paused, killed or filled. */
    boolean privateServer() default false;

    /** What the private server writes to disk. */
    AppendFsync appendFsync() default AppendFsync.NO;

    /** The private server's memory limit in bytes; 0 for none. */
    long maxmemoryBytes() default 0;
}
