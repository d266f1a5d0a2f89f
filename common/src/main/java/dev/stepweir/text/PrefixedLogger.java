package dev.stepweir.text;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Puts the same words before each line, on whatever thread it is written. Levels and markers are
 * those of the logger behind it. Thread-safe.
 */
public final class PrefixedLogger extends AbstractLogger {

    private static final long serialVersionUID = 1L;

    private final transient Logger target;
    private final String prefix;

    /**
     * @param target writes the lines
     * @param prefix goes before each, as it is: with its own space at the end
     */
    public PrefixedLogger(Logger target, String prefix) {
        this.target = target;
        this.prefix = prefix;
        this.name = target.getName();
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        LoggingEventBuilder event = target.makeLoggingEventBuilder(level).setCause(thrown);
        if (marker != null) {
            event = event.addMarker(marker);
        }
        event.log(prefix + message);
    }

    @Override
    public boolean isTraceEnabled() {
        return target.isTraceEnabled();
    }

    @Override
    public boolean isTraceEnabled(Marker marker) {
        return target.isTraceEnabled(marker);
    }

    @Override
    public boolean isDebugEnabled() {
        return target.isDebugEnabled();
    }

    @Override
    public boolean isDebugEnabled(Marker marker) {
        return target.isDebugEnabled(marker);
    }

    @Override
    public boolean isInfoEnabled() {
        return target.isInfoEnabled();
    }

    @Override
    public boolean isInfoEnabled(Marker marker) {
        return target.isInfoEnabled(marker);
    }

    @Override
    public boolean isWarnEnabled() {
        return target.isWarnEnabled();
    }

    @Override
    public boolean isWarnEnabled(Marker marker) {
        return target.isWarnEnabled(marker);
    }

    @Override
    public boolean isErrorEnabled() {
        return target.isErrorEnabled();
    }

    @Override
    public boolean isErrorEnabled(Marker marker) {
        return target.isErrorEnabled(marker);
    }
}
