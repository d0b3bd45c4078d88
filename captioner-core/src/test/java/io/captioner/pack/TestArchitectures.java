package io.captioner.pack;

import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.spi.ArchitectureProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A small encoder of one's own, found by the service loader. */
public final class TestArchitectures implements ArchitectureProvider {
    @Override
    public Map<String, Class<? extends Record>> architectures() {
        return Map.of("test.Patches", Patches.class, "test.Everything", Everything.class);
    }

    /** One convolution of D kernels over patches. */
    public record Patches(int featureSize, int patch) implements EncoderArchitecture {
        public Patches {
            if (featureSize < 1) {
                throw new IllegalArgumentException("feature size is " + featureSize + "; it must be at least 1");
            }
        }

        @Override
        public Grid grid(int height, int width) {
            return new Grid(height / patch, width / patch);
        }

        @Override
        public Encoder bind(Parameters parameters) {
            Tensor weight = parameters.parameter(
                    "conv.weight", Shape.of(featureSize, 3, patch, patch), Initializer.fanIn(3 * patch * patch));
            return pixels -> {
                throw new UnsupportedOperationException("never run " + weight);
            };
        }
    }

    /** A field of every kind that can be saved. */
    public record Everything(
            int whole,
            long large,
            double real,
            float small,
            boolean truth,
            String text,
            @Nullable String absent,
            Colour colour,
            List<Integer> numbers,
            Set<String> names,
            Map<String, Double> shares,
            Kind kind,
            EncoderArchitecture inner,
            List<Kind> kinds)
            implements EncoderArchitecture {
        @Override
        public int featureSize() {
            return inner.featureSize();
        }

        @Override
        public Grid grid(int height, int width) {
            return inner.grid(height, width);
        }

        @Override
        public Encoder bind(Parameters parameters) {
            return inner.bind(parameters);
        }
    }

    public enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green";
            }
        }
    }

    public sealed interface Kind {}

    public record Round(float radius) implements Kind {}

    public record Square(int side, @Nullable Kind inside) implements Kind {}
}
