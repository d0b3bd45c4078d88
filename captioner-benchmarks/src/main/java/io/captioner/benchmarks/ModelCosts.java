package io.captioner.benchmarks;

import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What captions and training steps of an architecture take at least, counted from the model itself. The search beside the model is left out.
 *
 * @param architecture of the captioner
 * @param edge of the pictures
 * @param words V
 */
record ModelCosts(CaptionerArchitecture architecture, int edge, int words) {
    /** Features of N pictures from their pixels. */
    List<Operation> encoding(int pictures) {
        CountingAlgebra algebra = new CountingAlgebra(false);
        EncoderArchitecture encoder = architecture.encoder();
        encoder.bind(new CountingParameters(algebra))
                .encode(algebra.input(Shape.of(pictures, 3, edge, edge), DType.FLOAT32));
        return algebra.operations();
    }

    /** Captions of N pictures from their features: the first word with one row each, the others with a row for each beam. */
    List<Operation> decoding(int pictures, int beams, int tokens) {
        CountingAlgebra algebra = new CountingAlgebra(false);
        Decoder decoder = bind(new CountingParameters(algebra));
        Decoder.State state = decoder.start(features(algebra, pictures));
        for (int t = 0; t < tokens; t++) {
            int rows = t == 0 ? 1 : beams;
            state = decoder.step(algebra.input(Shape.of(pictures, rows), DType.INT64), state)
                    .next();
            if (t == 0 && beams > 1) {
                state = state.withRows(
                        state.perRow().stream().map(row -> rows(row, beams)).toList());
            }
        }
        return algebra.operations();
    }

    private static Tensor rows(Tensor row, int beams) {
        return ((CountingTensor) row).algebra().input(row.shape().with(1, beams), row.type());
    }

    /** A whole caption of N pictures. */
    List<Operation> captioning(int pictures, int beams, int tokens) {
        List<Operation> all = new ArrayList<>(encoding(pictures));
        all.addAll(decoding(pictures, beams, tokens));
        return all;
    }

    /** A step of training from features: forwards, backwards, and Adam's pass over the weights. */
    List<Operation> training(int pictures, int rows, int length) {
        CountingAlgebra algebra = new CountingAlgebra(true);
        CountingParameters parameters = new CountingParameters(algebra);
        Decoder decoder = bind(parameters);
        decoder.teacherForced(
                features(algebra, pictures), algebra.input(Shape.of(pictures, rows, length), DType.INT64));
        List<Operation> all = new ArrayList<>(algebra.operations());
        // Adam reads weight, gradient and two moments, and writes weight and moments; the gradient was written before.
        all.add(new Operation("adam", 0, 8.0 * parameters.size(), 0));
        return all;
    }

    private Decoder bind(CountingParameters parameters) {
        DecoderArchitecture decoder = architecture.decoder();
        return decoder.bind(parameters, architecture.encoder().featureSize(), words);
    }

    private Tensor features(CountingAlgebra algebra, int pictures) {
        int places = architecture.encoder().grid(edge, edge).places();
        return algebra.input(Shape.of(pictures, places, architecture.encoder().featureSize()), DType.FLOAT32);
    }
}
