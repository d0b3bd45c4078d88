package io.captioner.text;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Cuts text into pieces of a vocabulary and joins pieces to text. */
interface Pieces {
    /**
     * The ids of text that holds no added tokens.
     *
     * @param ids id of a piece, or null
     */
    List<Integer> encode(String text, Function<String, @Nullable Integer> ids);

    String decode(List<String> pieces);
}
