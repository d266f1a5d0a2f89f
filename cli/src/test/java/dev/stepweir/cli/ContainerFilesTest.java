package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The container files are nowhere run: this is all the proof there is. */
class ContainerFilesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final List<String> ROLES = List.of("orchestrator", "worker", "reaper");

    private final JsonNode compose =
            new YAMLMapper().readTree(ROOT.resolve("docker-compose.yml").toFile());

    @Test
    void there_is_a_redis_that_loses_nothing_and_one_service_for_each_role() {
        assertThat(compose.path("services").propertyNames())
                .containsExactlyInAnyOrder("redis", "orchestrator", "worker", "reaper");
        String redis = compose.at("/services/redis/command").toString();
        assertThat(redis)
                .contains("\"--appendonly\",\"yes\"", "\"--maxmemory-policy\",\"noeviction\"");
        assertThat(compose.at("/services/worker/deploy/replicas").asInt()).isEqualTo(2);
    }

    @Test
    void every_service_has_a_health_check() {
        assertThat(compose.at("/services/redis/healthcheck/test").toString()).contains("PONG");
        // A merge key is left to whoever reads the file; the roles all get the same part.
        for (String role : ROLES) {
            assertThat(compose.at("/services/" + role).propertyNames()).contains("<<");
        }
        JsonNode check = compose.at("/x-role/healthcheck/test");
        assertThat(check.get(check.size() - 1).asString()).isEqualTo("health");
        assertThat(check.get(check.size() - 2).asString()).isEqualTo(Stepweir.class.getName());
        assertThat(compose.at("/x-role/depends_on/redis/condition").asString())
                .isEqualTo("service_healthy");
    }

    @Test
    void every_command_exists() {
        for (String role : ROLES) {
            JsonNode command = compose.at("/services/" + role + "/command");
            assertThat(command.get(0).asString()).isEqualTo(role);
            assertThat(Stepweir.commandLine().getSubcommands()).containsKey(role);
        }
        assertThat(Stepweir.commandLine().getSubcommands()).containsKey("health");
        assertThat(compose.at("/x-role/environment").propertyNames())
                .containsExactly("STEPWEIR_REDIS");
    }

    @Test
    void what_the_image_takes_from_the_checkout_is_sent_to_the_builder() throws IOException {
        List<String> sent = Files.readAllLines(ROOT.resolve(".dockerignore"));
        List<String> copied =
                Files.readAllLines(ROOT.resolve("Dockerfile")).stream()
                        .filter(line -> line.startsWith("COPY --from=build /src/"))
                        .map(line -> line.split(" ")[2].substring("/src/".length()))
                        .filter(path -> !path.contains("/target/"))
                        .toList();
        assertThat(copied).isNotEmpty().allMatch(path -> sent.contains("!" + path));
    }

    @Test
    void the_image_starts_the_command_and_not_as_root() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("Dockerfile"));
        assertThat(lines)
                .anyMatch(line -> line.startsWith("USER 10001"))
                .anyMatch(line ->
                        line.startsWith("ENTRYPOINT")
                                && line.endsWith("\"" + Stepweir.class.getName() + "\"]"))
                .anyMatch(
                        line -> line.startsWith("COPY") && line.contains("cli/target/stepweir.jar"))
                .anyMatch(line -> line.startsWith("COPY") && line.contains("cli/target/lib"));
    }
}
