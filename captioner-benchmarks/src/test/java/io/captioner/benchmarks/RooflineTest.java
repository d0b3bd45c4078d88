package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RooflineTest {
    private static final List<String> KEYS = List.of(
            "P1.fp32",
            "P2.fp32",
            "P3.fp32",
            "P1.int8",
            "P2.int8",
            "P3.int8",
            "P4.batch",
            "P4.beam",
            "P5.full",
            "P5.grouped",
            "P5.full.bf16");
    private static final MachinePeaks MACHINE = new MachinePeaks(
            new Peaks(1e11, 3e10, 2e11, 4), new Peaks(4e11, 3e10, 2e11, 1), new Peaks(4e11, 3e10, 2e11, 2));

    private final Results results = new Results();

    private String print(MachinePeaks machine) {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            new Roofline(results).print(machine);
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyWorkThatWasTimedHasALineAndAShare() {
        KEYS.forEach(key -> results.took(key, 1));
        String table = print(MACHINE);
        assertThat(table.lines().skip(2)).hasSameSizeAs(KEYS);
        assertThat(KEYS)
                .allSatisfy(key -> assertThat(results.get("roofline." + key)).isBetween(1e-3, 0.9));
    }

    @Test
    void aBeamCostsLittleMoreThanGreedySearchAndInt8LessThanBoth() {
        KEYS.forEach(key -> results.took(key, 1));
        print(MACHINE);
        double greedy = results.get("roofline.P1.fp32");
        assertThat(results.get("roofline.P2.fp32")).isBetween(greedy, 1.2 * greedy);
        assertThat(results.get("roofline.P1.int8")).isLessThan(0.5 * greedy);
        assertThat(results.get("roofline.P3.fp32"))
                .isLessThan(greedy); // weights are read once for all captions of a batch
    }

    @Test
    void whatWasNotTimedOrHasNoPeakIsLeftOut() {
        results.took("P1.fp32", 1);
        results.took("P5.full.bf16", 1);
        Peaks unknown = new Peaks(Double.NaN, 3e10, 2e11, 2);
        String table = print(new MachinePeaks(MACHINE.float32(), MACHINE.int8(), unknown));
        assertThat(table.lines().skip(2)).hasSize(1).allMatch(line -> line.startsWith("P1.fp32"));
    }
}
