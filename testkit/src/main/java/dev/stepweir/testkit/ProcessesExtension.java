package dev.stepweir.testkit;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Runs behind {@link WithProcesses}. */
final class ProcessesExtension implements AfterEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(ProcessesExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == JavaProcesses.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE)
                .computeIfAbsent(
                        JavaProcesses.class, _ -> new JavaProcesses(), JavaProcesses.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        JavaProcesses processes =
                context.getStore(STORE).remove(JavaProcesses.class, JavaProcesses.class);
        if (processes != null) {
            processes.close();
        }
    }
}
