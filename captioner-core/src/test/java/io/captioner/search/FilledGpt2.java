package io.captioner.search;

import io.captioner.fixtures.Fill;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tiny GPT-2 without a picture whose weights follow from their names: small enough to search it many times. {@code diverse_beam.py} makes the
 * same one.
 *
 * @param salt before the names, for different models
 */
record FilledGpt2(String salt) {
    static final int WORDS = 14;
    private static final int SIZE = 16;
    private static final int LAYERS = 2;
    private static final int POSITIONS = 16;
    private static final double GAIN = 4;

    /** A picture says nothing. */
    static HostTensor pictures(int count) {
        return HostTensor.ofFloats(Shape.of(count, 1, 1), new float[count]);
    }

    static CaptionProgram program() {
        return CaptionProgram.fromFeatures(
                new CaptionerArchitecture(new SearchFixtures.Given(1), new TinyGpt2(SIZE, LAYERS, 2, POSITIONS)),
                new EncoderArchitecture.Grid(1, 1),
                WORDS);
    }

    Weights weights() {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        add(tensors, "wte.weight", WORDS, SIZE);
        add(tensors, "wpe.weight", POSITIONS, SIZE);
        norm(tensors, "ln_f");
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "h." + layer + ".";
            norm(tensors, block + "ln_1");
            norm(tensors, block + "ln_2");
            linear(tensors, block + "attn.c_attn", SIZE, 3 * SIZE);
            linear(tensors, block + "attn.c_proj", SIZE, SIZE);
            linear(tensors, block + "mlp.c_fc", SIZE, 4 * SIZE);
            linear(tensors, block + "mlp.c_proj", 4 * SIZE, SIZE);
        }
        return Weights.of(tensors).prefixed("decoder.");
    }

    private void norm(Map<String, HostTensor> tensors, String name) {
        add(tensors, name + ".weight", SIZE);
        add(tensors, name + ".bias", SIZE);
    }

    private void linear(Map<String, HostTensor> tensors, String name, long in, long out) {
        add(tensors, name + ".weight", in, out);
        add(tensors, name + ".bias", out);
    }

    private void add(Map<String, HostTensor> tensors, String name, long... dims) {
        String full = "transformer." + name;
        tensors.put(full, Fill.tensor(salt + full, Shape.of(dims), GAIN, dims.length == 1));
    }
}
