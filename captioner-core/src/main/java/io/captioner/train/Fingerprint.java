package io.captioner.train;

import io.captioner.nn.WeightSource;
import io.captioner.text.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** Short marks by which a resumed training knows that it starts from the same; no protection against intent. */
final class Fingerprint {
    private Fingerprint() {}

    static String of(WeightSource weights) {
        CRC32C sum = new CRC32C();
        for (String name : new TreeSet<>(weights.names())) {
            sum.update(name.getBytes(StandardCharsets.UTF_8));
            sum.update(weights.read(name).bytes());
        }
        return hex(sum);
    }

    static String of(Vocabulary vocabulary) {
        CRC32C sum = new CRC32C();
        sum.update(vocabulary.toText().getBytes(StandardCharsets.UTF_8));
        return hex(sum);
    }

    private static String hex(CRC32C sum) {
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }
}
