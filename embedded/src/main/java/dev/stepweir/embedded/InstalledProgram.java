package dev.stepweir.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds a server that the machine's owner has installed. */
final class InstalledProgram {

    private static final List<String> NAMES = List.of("valkey-server", "redis-server");

    private InstalledProgram() {}

    /** The first one that is recent enough; adds to the reasons why others were passed over. */
    static Optional<ServerProgram> find(String searchPath, List<String> reasons) {
        for (String name : NAMES) {
            Optional<Path> file = ServerProgram.find(name, searchPath);
            if (file.isEmpty()) {
                reasons.add(name + " is not on the PATH");
                continue;
            }
            switch (ServerProgram.ask(file.get())) {
                case ServerProgram.Answer.Runs(ServerProgram program) -> {
                    if (program.recentEnough()) {
                        return Optional.of(program);
                    }
                    reasons.add(file.get() + " is too old: " + program.version());
                }
                case ServerProgram.Answer.Refused(String why) -> reasons.add(why);
            }
        }
        return Optional.empty();
    }
}
