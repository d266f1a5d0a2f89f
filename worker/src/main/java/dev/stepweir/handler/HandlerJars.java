package dev.stepweir.handler;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/** Loads handlers from users' jars. */
public final class HandlerJars {

    private HandlerJars() {}

    /**
     * Adds what the providers in the given jars bring. The jars share one class loader, which lives
     * as long as the process.
     *
     * @throws IllegalArgumentException for a file that is not there, jars without a provider, or a
     *     provider that cannot be used
     */
    public static void load(List<Path> jars, Handlers into) {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            if (!Files.isReadable(jar)) {
                throw new IllegalArgumentException("handler jar not found: " + jar);
            }
            try {
                urls.add(jar.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException("not a handler jar: " + jar, e);
            }
        }
        @SuppressWarnings("resource") // its classes are used until the process ends
        URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), HandlerJars.class.getClassLoader());
        boolean found =
                load(
                        loader,
                        provider -> loader.equals(provider.getClass().getClassLoader()),
                        into,
                        "the handlers in " + jars);
        if (!found) {
            throw new IllegalArgumentException(
                    "no handler provider in "
                            + jars
                            + " (a jar lists its own in META-INF/services/"
                            + HandlerProvider.class.getName()
                            + ")");
        }
    }

    /**
     * Adds what the providers on the class path bring, without those built in.
     *
     * @throws IllegalArgumentException for a provider that cannot be used
     */
    public static void loadClassPath(Handlers into) {
        var unused =
                load(
                        HandlerJars.class.getClassLoader(),
                        provider -> !(provider instanceof BuiltInHandlers),
                        into,
                        "the handlers on the class path");
    }

    private static boolean load(
            ClassLoader loader, Predicate<HandlerProvider> wanted, Handlers into, String which) {
        boolean found = false;
        try {
            for (HandlerProvider provider : ServiceLoader.load(HandlerProvider.class, loader)) {
                if (wanted.test(provider)) {
                    into.addAll(provider);
                    found = true;
                }
            }
            return found;
        } catch (ServiceConfigurationError | LinkageError wrong) {
            throw new IllegalArgumentException(
                    "cannot load " + which + ": " + reason(wrong), wrong);
        }
    }

    /** The innermost cause says which class, and what is wrong with it. */
    private static String reason(Throwable wrong) {
        Throwable cause = wrong;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String what =
                cause instanceof ServiceConfigurationError
                        ? ""
                        : cause.getClass().getSimpleName() + ": ";
        return what + cause.getMessage();
    }
}
