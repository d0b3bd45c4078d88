package io.captioner.benchmarks;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Compares the numbers of two runs: what is worse by more than a quarter is a regression. */
final class Regression {
    private static final double TOLERANCE = 0.25;

    private Regression() {}

    /**
     * A line for each target that is worse than recorded; keys without a bound, and numbers that one of the two has not, are left out.
     *
     * @param now and {@code recorded} are files as {@link Results#write} makes them
     */
    static List<String> between(Path now, Path recorded) throws IOException {
        JsonObject measured = JsonParser.parseString(Files.readString(now)).getAsJsonObject();
        JsonObject before = JsonParser.parseString(Files.readString(recorded)).getAsJsonObject();
        List<String> worse = new ArrayList<>();
        for (Target target : Targets.ALL) {
            String key = target.key();
            if (!isNumber(measured, key) || !isNumber(before, key)) {
                continue;
            }
            double is = measured.get(key).getAsDouble();
            double was = before.get(key).getAsDouble();
            if (target.atMost() ? is > was * (1 + TOLERANCE) : is < was * (1 - TOLERANCE)) {
                worse.add(String.format(
                        Locale.ROOT,
                        "%s is %.3g, recorded %.3g: worse by more than %.0f %%",
                        key,
                        is,
                        was,
                        100 * TOLERANCE));
            }
        }
        return worse;
    }

    private static boolean isNumber(JsonObject numbers, String key) {
        return numbers.has(key) && !numbers.get(key).isJsonNull();
    }
}
