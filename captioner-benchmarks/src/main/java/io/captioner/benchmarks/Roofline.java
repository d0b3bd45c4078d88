package io.captioner.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * How close captioner is to what the machine can do: multiplications and bytes are counted from the model, the machine's peaks measured in
 * the same run with the same threads. Least time of an operation: the greater of multiplications by peak and bytes by bandwidth; operations
 * wait for one another. Reading pictures, the search beside the model and everything element-wise is taken to cost nothing, so the least
 * time is below what any program can reach. Depthwise convolutions count by their bytes.
 */
final class Roofline {
    private static final ModelCosts COSTS = new ModelCosts(SizedModel.ARCHITECTURE, SizedModel.EDGE, SizedModel.WORDS);
    private static final int TOKENS = SizedModel.TOKENS;
    private static final int BATCH = 32;

    private final Results results;

    Roofline(Results results) {
        this.results = results;
    }

    /** Prints a line for each work that was timed, and notes the share of the machine that it reaches. */
    void print(MachinePeaks machine) {
        System.out.printf(
                "%n%-16s %10s %10s %9s %9s %9s %7s%n",
                "roofline", "products", "MB", "least ms", "moving ms", "ours ms", "share");
        Peaks full = machine.float32();
        Peaks bytes = machine.int8();
        for (String form : List.of("fp32", "int8")) {
            Peaks peaks = form.equals("fp32") ? full : bytes;
            line("P1." + form, COSTS.captioning(1, 1, TOKENS), 1, peaks);
            line("P2." + form, COSTS.captioning(1, 3, TOKENS), 1, peaks);
            line("P3." + form, COSTS.captioning(BATCH, 1, TOKENS), BATCH, peaks);
        }
        line("P4.batch", COSTS.decoding(BATCH, 1, TOKENS), 1, full);
        line("P4.beam", COSTS.decoding(1, 3, TOKENS), 1, full);
        List<Operation> step = COSTS.training(BATCH, 1, TrainingWork.LENGTH);
        List<Operation> grouped = COSTS.training(6, 5, TrainingWork.LENGTH);
        line("P5.full", step, 1, full);
        line("P5.grouped", grouped, 1, full);
        line("P5.full.bf16", step, 1, machine.bfloat16());
        line("P5.grouped.bf16", grouped, 1, machine.bfloat16());
    }

    /** @param captions of a run of these operations, where times are those of one caption */
    private void line(String key, List<Operation> operations, int captions, Peaks peaks) {
        double least = peaks.seconds(operations) / captions;
        double ours = results.seconds(key);
        double products =
                operations.stream().mapToDouble(Operation::multiplications).sum() / captions;
        double elements = operations.stream()
                        .mapToDouble(operation -> operation.stored() + operation.passing())
                        .sum()
                / captions;
        double moving = operations.stream().mapToDouble(peaks::moving).sum() / captions;
        if (Double.isNaN(ours) || Double.isNaN(least)) {
            return;
        }
        results.roofline(key, least);
        System.out.printf(
                Locale.ROOT,
                "%-16s %8.1f M %10.1f %9.2f %9.2f %9.2f %6.0f%%%n",
                key,
                products / 1e6,
                elements * peaks.bytes() / 1e6,
                1e3 * least,
                1e3 * moving,
                1e3 * ours,
                100 * least / ours);
    }
}
