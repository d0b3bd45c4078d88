package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.nn.HostTensor;
import io.captioner.nn.WeightSource;
import io.captioner.onnx.StoredProducts.Product;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The values that products with stored readers take while a model captions pictures greedily. */
final class ProductRanges {
    /** A product whose input loses more of its sum of squares than this to rounding stays in 32 bits. */
    private static final double MOST_LOST = 4e-3;

    private final ModelPackage model;
    private final CaptionProgram program;
    private final ModelWriter writer;
    private final ModelProto graph;
    private final Map<String, Set<String>> readers = new LinkedHashMap<>(); // by what is observed

    private ProductRanges(ModelPackage model, WeightSource weights) {
        this.model = model;
        this.program = CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special());
        this.writer = new ModelWriter(TracedGraph.trace(program, weights));
        ModelProto plain = Int8Graph.rewrite(writer.write(Map.of(), 0), writer.external(), Ranges.of(weights), false);
        this.graph = observed(plain);
    }

    /**
     * Ranges by {@link Product#rangeName}; none for what should stay in 32 bits.
     *
     * @param weights of the model, with ranges for what is on 8 bits already
     */
    static Map<String, Range> of(ModelPackage model, WeightSource weights, List<ImageInput> pictures) {
        ProductRanges ranges = new ProductRanges(model, weights);
        return ranges.readers.isEmpty() ? Map.of() : ranges.learned(pictures);
    }

    private ModelProto observed(ModelProto plain) {
        Map<String, Set<String>> turns = new LinkedHashMap<>(); // by loop
        for (Product product : new StoredProducts(plain.getGraph(), writer.external())
                .byOutput()
                .values()) {
            String input = product.input();
            switch (product.path().size()) {
                case 0 -> see(input, product);
                case 1 -> {
                    turns.computeIfAbsent(product.path().get(0), loop -> new LinkedHashSet<>())
                            .add(input);
                    see(ObservedGraph.turns(input), product);
                }
                default -> {} // of a loop within a loop: seen where the matrix is used elsewhere too
            }
        }
        ModelProto giving = plain;
        for (Map.Entry<String, Set<String>> loop : turns.entrySet()) {
            giving = ObservedGraph.withTurns(giving, loop.getKey(), List.copyOf(loop.getValue()));
        }
        return ObservedGraph.giving(giving, List.copyOf(readers.keySet()));
    }

    private void see(String value, Product product) {
        readers.computeIfAbsent(value, key -> new LinkedHashSet<>()).add(product.rangeName());
    }

    private Map<String, Range> learned(List<ImageInput> pictures) {
        Map<Set<String>, Observed> seen = new LinkedHashMap<>(); // what the same products take is counted together
        readers.values().forEach(names -> seen.computeIfAbsent(names, key -> new Observed(String.join(", ", names))));
        List<Observed> counters = new ArrayList<>();
        readers.values().forEach(names -> counters.add(seen.get(names)));
        GenerationOptions greedy = GenerationOptions.builder()
                .maxLength(model.generation().maxLength())
                .build();
        try (OnnxExecutable captioner =
                OnnxExecutable.load(OrtRuntime.get(), graph, writer.external(), program.inputs(), Device.cpu(), 0)) {
            for (ImageInput picture : pictures) {
                List<HostTensor> results = captioner.run(program.inputs(
                        model.transform().apply(List.of(picture)),
                        greedy,
                        model.vocabulary().special().never()));
                for (int i = 0; i < counters.size(); i++) {
                    counters.get(i).count(results.get(i));
                }
            }
        }
        Map<String, Range> ranges = new LinkedHashMap<>();
        seen.forEach((names, observed) -> {
            if (observed.lost() <= MOST_LOST) {
                names.forEach(name -> ranges.put(name, observed.range()));
            }
        });
        return ranges;
    }
}
