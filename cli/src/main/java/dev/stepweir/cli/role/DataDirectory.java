package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.DevServer;
import dev.stepweir.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a server of our own keeps its data and the note of its address.
 *
 * @param path of the directory; those in it belong to one process at a time
 */
record DataDirectory(Path path) {

    /**
     * Makes the directory if there is none.
     *
     * @throws CommandFailure when a server runs with it, or it cannot be made
     */
    static DataDirectory claim(Path path) {
        DevServer.readIn(path).ifPresent(running -> refuse(path, running));
        DataDirectory directory = new DataDirectory(path);
        try {
            Files.createDirectories(directory.redis());
            return directory;
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT, "cannot keep data in " + path + ": " + e, e);
        }
    }

    private static void refuse(Path path, DevServer running) {
        throw new CommandFailure(
                ExitCode.CONFLICT,
                "a server already runs with " + path + " (process " + running.pid() + ")");
    }

    /** The server's own part. */
    Path redis() {
        return path.resolve("redis");
    }

    /** Leaves the note, and returns its place. */
    Path write(String address) {
        return DevServer.ofThisProcess(address).write(path);
    }
}
