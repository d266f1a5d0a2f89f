package dev.stepweir.handler;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Loads handlers from users' jars. */
public final class HandlerJars {

    private HandlerJars() {}

    /**
     * Adds what the providers in the given jars bring. The jars share one class loader, which lives
     * as long as the process.
     *
     * @throws IllegalArgumentException for a file that is not there, or jars without a provider
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
        List<HandlerProvider> providers = new ArrayList<>();
        for (HandlerProvider provider : ServiceLoader.load(HandlerProvider.class, loader)) {
            if (loader.equals(provider.getClass().getClassLoader())) {
                providers.add(provider);
            }
        }
        if (providers.isEmpty()) {
            throw new IllegalArgumentException(
                    "no handler provider in "
                            + jars
                            + " (a jar lists its own in META-INF/services/"
                            + HandlerProvider.class.getName()
                            + ")");
        }
        providers.forEach(into::addAll);
    }
}
