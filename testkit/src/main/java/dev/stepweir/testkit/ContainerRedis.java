package dev.stepweir.testkit;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container, if the class path has Testcontainers and an engine answers. Nothing else
 * may name a Testcontainers type: the library is optional.
 */
final class ContainerRedis {

    private static final String IMAGE = "valkey/valkey:8.1";
    private static final int PORT = 6379;

    /** What came of the attempt. */
    sealed interface Answer {
        record Started(String uri, String image, AutoCloseable owner) implements Answer {}

        record NoEngine(String why) implements Answer {}
    }

    private ContainerRedis() {}

    static Answer start() {
        try {
            Class.forName("org.testcontainers.DockerClientFactory");
        } catch (ClassNotFoundException e) {
            return new Answer.NoEngine(
                    "org.testcontainers:testcontainers is not on the class path: tests skipped");
        }
        return InContainer.start();
    }

    /** Loaded only where the library is present. */
    private static final class InContainer {

        private InContainer() {}

        static Answer start() {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return new Answer.NoEngine("no container engine answers: tests with Redis skipped");
            }
            GenericContainer<?> container =
                    new GenericContainer<>(DockerImageName.parse(IMAGE)).withExposedPorts(PORT);
            container.start();
            String uri = "redis://" + container.getHost() + ":" + container.getMappedPort(PORT);
            return new Answer.Started(uri, IMAGE, container);
        }
    }
}
