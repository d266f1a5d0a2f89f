package dev.stepweir.examples;

import java.util.List;

/**
 * Files under a directory.
 *
 * @param root the directory as a {@code file:} URI that ends in a slash
 * @param files relative to it and percent-encoded, sorted. A URI keeps the bytes of a file's name;
 *     a text would lose those that the platform's encoding does not know
 */
record FileList(String root, List<String> files) {

    FileList {
        files = List.copyOf(files);
    }
}
