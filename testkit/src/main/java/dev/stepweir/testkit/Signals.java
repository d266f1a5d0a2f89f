package dev.stepweir.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Sends signals, for which Java has no call of its own, by the {@code kill} command. */
final class Signals {

    private Signals() {}

    static void send(String signal, long pid) {
        try {
            Process kill =
                    new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid)
                            .redirectErrorStream(true)
                            .start();
            String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + signal + " " + pid + ": " + said);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
