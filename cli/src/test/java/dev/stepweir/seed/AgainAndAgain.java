package dev.stepweir.seed;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Executes a test template as often as {@code -Dproof.times} says, or once. */
final class AgainAndAgain implements TestTemplateInvocationContextProvider {

    private static final int TIMES = Integer.getInteger("proof.times", 1);

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        return IntStream.rangeClosed(1, TIMES).mapToObj(AgainAndAgain::time);
    }

    private static TestTemplateInvocationContext time(int number) {
        return new TestTemplateInvocationContext() {
            @Override
            public String getDisplayName(int invocation) {
                return "time " + number + " of " + TIMES;
            }
        };
    }
}
