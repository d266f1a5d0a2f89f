package dev.stepweir.redis;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;

/** What is kept under the key that a method of {@link Keys} names; docs/redis-keys.md lists it. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RedisKey {

    Kind as();

    /** What it holds and who reads it. */
    String what();

    /** True for what a namespace has once, in its partition 0. */
    boolean once() default false;

    /** A type of Redis, or a channel, which keeps nothing. */
    enum Kind {
        STRING,
        HASH,
        LIST,
        SET,
        SORTED_SET,
        STREAM,
        CHANNEL;

        /** As people say it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
