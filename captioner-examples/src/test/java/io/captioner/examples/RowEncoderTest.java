package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Device;
import io.captioner.OptionException;
import io.captioner.djl.DjlBackend;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.Encoder;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.onnx.OnnxBackend;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowEncoderTest {
    @TempDir
    Path folder;

    @Test
    void readsTheRowsAsPyTorchsLstmDoes() {
        Fixtures.Case fixture = Fixtures.load("ops", "lstm_1layer_28x28");
        HostTensor rows = fixture.tensor("in.x"); // (N, 28, 28)
        int n = (int) rows.shape().dim(0);
        float[] pixels = new float[n * 3 * 28 * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = rows.floats().get(i / (3 * 28 * 28) * 28 * 28 + i % (28 * 28)); // all colours alike
        }
        int hidden = (int) fixture.tensor("param.weight_hh_l0").shape().dim(1);
        Program program = new Encode(new RowEncoder(28, hidden));
        Weights weights = Weights.of(fixture.tensors()).under("param.");
        for (BackendProvider backend : List.of(new DjlBackend(), new OnnxBackend())) {
            try (Executable executable = backend.compile(program, weights, Device.cpu(), 1)) {
                HostTensor states = executable
                        .run(List.of(HostTensor.ofFloats(Shape.of(n, 3, 28, 28), pixels)))
                        .get(0);
                fixture.assertClose(states, "out.y");
            }
        }
    }

    @Test
    void learnsDrawnDigitsAndSaysTheSameOnBothBackends() throws IOException {
        Path model = ReadDigitsRowByRow.train(folder, 900, 8);
        List<DrawnDigits.Drawing> unseen = DrawnDigits.draw(100, 77);
        List<Caption> onnx = ReadDigitsRowByRow.captions(model, Backend.ONNX, unseen);
        List<Caption> djl = ReadDigitsRowByRow.captions(model, Backend.DJL, unseen);
        for (int i = 0; i < unseen.size(); i++) {
            assertThat(djl.get(i).text()).isEqualTo(onnx.get(i).text());
            assertThat(djl.get(i).score()).isCloseTo(onnx.get(i).score(), within(1e-3));
        }
        long right = IntStream.range(0, unseen.size())
                .filter(i -> onnx.get(i).text().equals(unseen.get(i).caption()))
                .count();
        System.out.println("digits right of 100 unseen ones: " + right);
        assertThat(right).as("of 100 unseen digits").isGreaterThanOrEqualTo(70);
    }

    @Test
    void refusesSizesThatAreNone() {
        assertThatThrownBy(() -> new RowEncoder(0, 8))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("picture size is 0");
        assertThatThrownBy(() -> new RowEncoder(28, 0))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("feature size is 0");
    }

    private record Encode(RowEncoder architecture) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(new Port("pixels", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 3, 28, 28)));
        }

        @Override
        public List<String> outputs() {
            return List.of("features");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Encoder encoder = architecture.bind(parameters);
            return inputs -> List.of(encoder.encode(inputs.get(0)));
        }
    }
}
