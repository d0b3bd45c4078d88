package io.captioner;

import java.util.Locale;

/**
 * The name of a backend. An open set: any {@link io.captioner.spi.BackendProvider} on the class path can be named.
 *
 * @param name lower case, without spaces
 */
public record Backend(String name) {
    /** ONNX Runtime, of {@code io.captioner:captioner-onnx}: runs fast, exports. */
    public static final Backend ONNX = new Backend("onnx");

    /** libtorch through DJL, of {@code io.captioner:captioner-djl}: trains and runs. */
    public static final Backend DJL = new Backend("djl");

    public Backend {
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new OptionException("backend name is \"" + name + "\"; it must be a word without spaces");
        }
        name = name.toLowerCase(Locale.ROOT);
    }

    /** The backend of this name, in any case. */
    public static Backend of(String name) {
        return new Backend(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
