package io.captioner.benchmarks;

import java.util.Arrays;

/** Words of a command line of the form {@code name=value}. */
record Arguments(String... words) {
    /**
     * @param required how many words come first, without a name
     * @throws IllegalArgumentException with the usage, where they are fewer
     */
    static Arguments of(String[] words, int required, String usage) {
        if (words.length < required) {
            throw new IllegalArgumentException("usage: " + usage);
        }
        return new Arguments(words);
    }

    String get(String name, String otherwise) {
        return Arrays.stream(words)
                .filter(word -> word.startsWith(name + "="))
                .map(word -> word.substring(name.length() + 1))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse(otherwise);
    }

    int get(String name, int otherwise) {
        return Integer.parseInt(get(name, String.valueOf(otherwise)));
    }
}
