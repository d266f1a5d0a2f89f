package dev.stepweir.examples;

import java.util.List;

/**
 * A {@link FileList} in parts.
 *
 * @param root as there
 * @param batches each file in exactly one of them; some may be empty
 */
record Batches(String root, List<List<String>> batches) {

    Batches {
        batches = batches.stream().map(List::copyOf).toList();
    }
}
