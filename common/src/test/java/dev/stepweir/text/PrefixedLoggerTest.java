package dev.stepweir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.spi.LoggingEventAware;

class PrefixedLoggerTest {

    private final Kept kept = new Kept();
    private final PrefixedLogger logger = new PrefixedLogger(kept, "run=1 {} ");

    @Test
    void the_prefix_stands_before_each_line_as_it_is() {
        logger.info("took {} of {}", 2, 3);
        logger.warn("no arguments: {}");

        assertEquals("run=1 {} took 2 of 3", kept.events.get(0).getMessage());
        assertEquals(Level.INFO, kept.events.get(0).getLevel());
        assertEquals("run=1 {} no arguments: {}", kept.events.get(1).getMessage());
        assertEquals(Level.WARN, kept.events.get(1).getLevel());
    }

    @Test
    void what_was_thrown_and_a_marker_are_passed_on() {
        Marker audit = new BasicMarkerFactory().getMarker("AUDIT");
        IllegalStateException thrown = new IllegalStateException("why");

        logger.error(audit, "failed", thrown);

        assertSame(thrown, kept.events.getFirst().getThrowable());
        assertEquals(List.of(audit), kept.events.getFirst().getMarkers());
    }

    @Test
    void what_the_logger_behind_does_not_write_is_not_made() {
        logger.debug("nobody reads this");

        assertEquals(List.of(), kept.events);
    }

    /** Keeps what it is told from INFO on. */
    private static final class Kept extends LegacyAbstractLogger implements LoggingEventAware {

        private static final long serialVersionUID = 1L;

        private final transient List<LoggingEvent> events = new ArrayList<>();

        @Override
        public void log(LoggingEvent event) {
            events.add(event);
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
            throw new AssertionError("not as an event: " + pattern);
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
