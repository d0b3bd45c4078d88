package io.captioner.benchmarks;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The numbers of a run, by key, in the order in which they came. */
final class Results {
    private final Map<String, @Nullable Double> numbers = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private final Map<String, Double> least = new LinkedHashMap<>();

    /** @param value NaN where it could not be measured */
    void put(String key, double value) {
        if (Double.isFinite(value)) {
            numbers.put(key, value);
        } else {
            missing(key, "the contender cannot run it");
        }
    }

    /** Says why there is no number: null in the file. */
    void missing(String key, String why) {
        numbers.put(key, null);
        reasons.put(key, why);
    }

    /** NaN where it was not measured. */
    double get(String key) {
        Double value = numbers.get(key);
        return value == null ? Double.NaN : value;
    }

    /** Notes how long ours took, in the unit in which it is compared; the first time counts. */
    void took(String key, double time) {
        seconds.putIfAbsent(key, time);
    }

    /** How long ours took; NaN where it was not timed. */
    double seconds(String key) {
        return seconds.getOrDefault(key, Double.NaN);
    }

    /** Notes the least time that this machine allows, and the share of it that ours reaches. */
    void roofline(String key, double time) {
        least.put(key, time);
        put("roofline." + key, time / seconds(key));
    }

    /** What the machine allows where a target is missed; empty where that was not counted. */
    private String bound(Target target, double measured) {
        String key = target.key().replaceFirst("^P5\\.(seed|fast)$", "P5.full").replace("P5.bf16", "P5.full.bf16");
        while (!least.containsKey(key) && key.contains(".")) {
            key = key.substring(0, key.lastIndexOf('.'));
        }
        Double bound = least.get(key);
        if (bound == null || target.met(measured)) {
            return "";
        }
        double ours = seconds(key);
        return String.format(
                Locale.ROOT,
                "; ours %.2f ms, needed %.2f, this machine's least %.2f",
                1e3 * ours,
                1e3 * ours * measured / target.bound(),
                1e3 * bound);
    }

    /** All targets that were measured or ought to have been, and whether they are met. */
    void print() {
        System.out.printf("%n%-20s %11s %12s  %s%n", "target", "wanted", "measured", "");
        for (Target target : Targets.ALL) {
            if (!numbers.containsKey(target.key())) {
                continue;
            }
            Double value = numbers.get(target.key());
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %s %-8s %12s  %-6s %s%n",
                    target.key(),
                    target.atMost() ? "<=" : ">=",
                    number(target.bound()),
                    value == null ? "-" : number(value),
                    value == null ? "" : target.met(value) ? "met" : "MISSED",
                    value == null ? reasons.get(target.key()) : target.what() + bound(target, value));
        }
    }

    private static String number(double value) {
        return value >= 1000 ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Map<String, @Nullable Double> rounded = new LinkedHashMap<>();
        numbers.forEach((key, value) -> rounded.put(key, value == null ? null : Math.round(value * 1e4) / 1e4));
        String json =
                new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(rounded);
        Files.writeString(file, json + "\n");
    }
}
