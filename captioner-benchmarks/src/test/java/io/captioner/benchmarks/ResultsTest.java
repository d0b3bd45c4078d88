package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final Results results = new Results();

    private String printed() {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            results.print();
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aMissedTargetStandsBesideWhatTheMachineAllows() {
        results.took("P1.fp32", 0.020);
        results.put("P1.fp32", 1.4);
        results.put("P1.fp32.onnxruntime", 0.7);
        results.roofline("P1.fp32", 0.012);
        assertThat(results.get("roofline.P1.fp32")).isCloseTo(0.6, within(1e-9));
        assertThat(printed().lines().filter(line -> line.contains("MISSED")))
                .hasSize(2)
                .allMatch(line -> line.endsWith("; ours 20.00 ms, needed 10.00, this machine's least 12.00"));
    }

    @Test
    void aTargetThatIsMetStandsAlone() {
        results.took("P1.fp32", 0.020);
        results.put("P1.fp32", 3);
        results.roofline("P1.fp32", 0.012);
        assertThat(printed()).contains("met").doesNotContain("least");
    }

    @Test
    void whatWasNotTimedHasNoRoofline() {
        assertThat(results.seconds("P2.int8")).isNaN();
    }
}
