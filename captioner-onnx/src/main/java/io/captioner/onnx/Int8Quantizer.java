package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.Device;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.onnx.QuantizableGraph.Unit;
import io.captioner.pack.ModelPackage;
import io.captioner.search.EncoderProgram;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Post-training quantisation: learns from pictures which values the encoder's activations take. What comes back is the model with its
 * weights rounded to 8 bits and these ranges beside them; this backend on a CPU, and {@link OnnxExporter}, compute its convolutions and its
 * products with stored matrices on 8 bits, every other backend with the rounded weights in 32.
 *
 * <pre>{@code
 * Int8Quantizer.quantize(model, pictures).save(Path.of("small"), Safetensors.Precision.INT8);
 * }</pre>
 *
 * <p>Weights have a scale for each output channel. Each range is the one with the smallest mean squared error over all pictures. Biases are
 * corrected by what rounding the weights takes from each channel on average (Nagel et al. 2019, section 4.2). The first convolution stays
 * in 32 bits, as does a product whose input would lose too much.
 */
public final class Int8Quantizer {
    private Int8Quantizer() {}

    /**
     * Quantises a model. Its provenance says so in the recipe; its metrics are still those of the model before. Tags are kept; what was
     * measured about how far its captions can be trusted is not, as it was of other numbers: calibrate the result.
     *
     * @param pictures like those it will see; 100 to 200 are enough
     * @throws OptionException when there are no pictures
     * @throws ModelException when its encoder has no convolutions to compute on 8 bits
     * @throws io.captioner.ImageException for the first picture that cannot be read
     */
    public static ModelPackage quantize(ModelPackage model, List<ImageInput> pictures) {
        if (pictures.isEmpty()) {
            throw new OptionException("there are no pictures to calibrate with; give 1 or more, better 100");
        }
        Weights weights = ActivationRanges.without(model.withoutReliability().weights());
        Weights rounded = weights.rounded().plus(Weights.of(ofEncoder(model, weights, pictures)));
        Map<String, Range> products = ProductRanges.of(model, rounded, pictures);
        Map<String, String> recipe = new LinkedHashMap<>(model.provenance().recipe());
        recipe.put("int8", "ranges of activations from " + pictures.size() + " pictures");
        return new ModelPackage(
                model.id(),
                model.architecture(),
                model.transform(),
                model.vocabulary(),
                model.generation(),
                rounded.plus(Weights.of(Ranges.tensors(products))),
                model.provenance().withRecipe(recipe),
                model.modelCard(),
                null,
                model.tags());
    }

    /** Ranges of the encoder's activations, and its corrected biases. */
    private static Map<String, HostTensor> ofEncoder(ModelPackage model, Weights weights, List<ImageInput> pictures) {
        EncoderProgram program = new EncoderProgram(model.architecture().encoder(), model.transform());
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, weights));
        ModelProto graph = writer.write(Map.of(), 0);
        List<String> values = observed(graph.getGraph(), writer.external());
        if (values.size() < 2) {
            throw new ModelException(
                    "the encoder " + model.architecture().encoder()
                            + " has no convolutions behind one another; int8 knows convolutional encoders, so leave it in fp32");
        }
        Map<String, Observed> seen = new LinkedHashMap<>();
        values.forEach(value -> seen.put(value, new Observed(value)));
        try (OnnxExecutable encoder = OnnxExecutable.load(
                OrtRuntime.get(),
                ObservedGraph.giving(graph, values),
                writer.external(),
                program.inputs(),
                Device.cpu(),
                0)) {
            for (ImageInput picture : pictures) {
                List<HostTensor> results = encoder.run(List.of(model.transform().apply(List.of(picture))));
                for (int i = 0; i < values.size(); i++) {
                    Objects.requireNonNull(seen.get(values.get(i))).add(results.get(i));
                }
            }
        }
        Map<String, HostTensor> learned = corrected(graph.getGraph(), writer.external(), seen);
        Map<String, Range> ranges = new LinkedHashMap<>();
        seen.forEach((value, observed) -> ranges.put(value, observed.range()));
        learned.putAll(Ranges.tensors(ranges));
        return learned;
    }

    /** Biases, those of the normalisations too, with what rounding the weights takes from each channel on average. */
    private static Map<String, HostTensor> corrected(
            GraphProto graph, StoredValues values, Map<String, Observed> seen) {
        QuantizableGraph parts = new QuantizableGraph(graph, values);
        Map<String, HostTensor> biases = new LinkedHashMap<>();
        for (Unit unit : parts.units()) {
            Observed input = seen.get(unit.main().getInput(0));
            String name = unit.bias();
            if (input == null || name == null || !unit.isConvolution()) {
                continue;
            }
            float[] lost = FoldedConvolution.of(parts, unit).lost(input.range().scale(), input.means(), unit.groups());
            float[] bias = parts.floats(name);
            for (int c = 0; c < bias.length; c++) {
                bias[c] += lost[c];
            }
            biases.put(name, HostTensor.ofFloats(Shape.of(bias.length), bias));
        }
        return biases;
    }

    /** Whether a model has come from here. */
    public static boolean isQuantized(ModelPackage model) {
        return ActivationRanges.areIn(model.weights());
    }

    /** The results on 8 bits, maxima left out: theirs are among those they are taken of. */
    private static List<String> observed(GraphProto graph, StoredValues values) {
        return new QuantizableGraph(graph, values)
                .units().stream()
                        .filter(unit -> !unit.isPool())
                        .map(Unit::output)
                        .toList();
    }
}
