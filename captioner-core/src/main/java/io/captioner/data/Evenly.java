package io.captioner.data;

import java.util.List;
import java.util.stream.IntStream;

/** Some of many, the same ones each time: at equal distances, from the first on. */
public final class Evenly {
    private Evenly() {}

    /** All of them where they are no more than {@code most}, else so many; in their order. */
    public static <T> List<T> of(List<T> all, int most) {
        int count = Math.min(most, all.size());
        return IntStream.range(0, count)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
                .toList();
    }
}
