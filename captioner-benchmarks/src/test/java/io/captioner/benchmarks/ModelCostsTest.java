package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.MobileNetV2;
import io.captioner.model.ResNet;
import io.captioner.nn.DType;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelCostsTest {
    private static final ModelCosts SIZED = new ModelCosts(SizedModel.ARCHITECTURE, 260, 3000);

    private static double products(List<Operation> operations) {
        return operations.stream().mapToDouble(Operation::multiplications).sum();
    }

    private static double stored(List<Operation> operations) {
        return operations.stream().mapToDouble(Operation::stored).sum();
    }

    /** Published counts in 10^9, without the classifier: torchvision's "GFLOPS" of its weights, less its last layer. */
    static List<Arguments> published() {
        return List.of(
                Arguments.of(new ResNet(18), 1.814 - 512 * 1000 / 1e9),
                Arguments.of(new ResNet(50), 4.089 - 2048 * 1000 / 1e9));
    }

    @ParameterizedTest
    @MethodSource("published")
    void countsAnEncoderAsItsPublishersDo(EncoderArchitecture encoder, double published) {
        ModelCosts costs = new ModelCosts(
                new CaptionerArchitecture(encoder, AttentionLstm.builder().build()), 224, 11);
        assertThat(products(costs.encoding(1)) / 1e9).isCloseTo(published, within(0.01));
        assertThat(products(costs.encoding(4))).isEqualTo(4 * products(costs.encoding(1)));
    }

    @Test
    void leavesDepthwiseConvolutionsToTheirBytes() {
        ModelCosts costs = new ModelCosts(
                new CaptionerArchitecture(
                        new MobileNetV2(), AttentionLstm.builder().build()),
                224,
                11);
        List<Operation> depthwise = costs.encoding(1).stream()
                .filter(operation -> operation.name().equals("depthwise"))
                .toList();
        assertThat(depthwise).hasSize(17).allSatisfy(operation -> {
            assertThat(operation.multiplications()).isZero();
            assertThat(operation.passing()).isPositive();
        });
        // torchvision: 0.301 x 10^9, of which the depthwise layers are some 7 % and the classifier 1.28 million
        assertThat(products(costs.encoding(1)) / 1e9).isBetween(0.26, 0.30);
    }

    @Test
    void aWordCostsTheDecodersWeightsOnceAndItsProductsOnce() {
        List<Operation> two = SIZED.decoding(1, 1, 2);
        List<Operation> three = SIZED.decoding(1, 1, 3);
        // query H x A, scores L x A, context L x D, gate H x D, gates of context D x 4H and of h H x 4H, words H x V
        double word = 512 * 512 + 81 * 512 + 81 * 1280 + 512 * 1280 + 1280 * 2048 + 512 * 2048 + 512 * 3000;
        assertThat(products(three) - products(two)).isEqualTo(word);
        double weights = 512 * 512 + 512 + 512 * 1280 + 1280 * 2048 + 512 * 2048 + 512 * 3000;
        assertThat(stored(three) - stored(two)).isEqualTo(weights);
    }

    @Test
    void threeBeamsCostThreeTimesAsManyProductsAndTheSameWeights() {
        double one = products(SIZED.decoding(1, 1, 3)) - products(SIZED.decoding(1, 1, 2));
        double three = products(SIZED.decoding(1, 3, 3)) - products(SIZED.decoding(1, 3, 2));
        assertThat(three).isEqualTo(3 * one);
        assertThat(stored(SIZED.decoding(1, 3, 3))).isEqualTo(stored(SIZED.decoding(1, 1, 3)));
    }

    @Test
    void aTrainingStepGoesBackThroughEveryProductButToTheFeatures() {
        CountingAlgebra algebra = new CountingAlgebra(true);
        Tensor x = algebra.input(Shape.of(4, 3), DType.FLOAT32);
        Tensor hidden = x.linear(algebra.parameter(Shape.of(5, 3)), null);
        hidden.linear(algebra.parameter(Shape.of(2, 5)), null);
        // forwards 4*3*5 and 4*5*2; backwards the gradient of the first weight, of the second, and of what is between
        assertThat(products(algebra.operations())).isEqualTo(2 * 60 + 3 * 40);
        assertThat(products(SIZED.training(6, 5, 16)) / products(SIZED.training(6, 5, 9)))
                .isBetween(1.7, 2.0);
    }

    @Test
    void whatDependsOnWeightsAloneIsComputedWhenTheModelIsLoaded() {
        CountingAlgebra algebra = new CountingAlgebra(false);
        algebra.parameter(Shape.of(7, 3)).linear(algebra.parameter(Shape.of(5, 3)), null);
        assertThat(algebra.operations()).isEmpty();
        assertThatThrownBy(() -> algebra.when(algebra.scalar(1f), algebra.scalar(1f), x -> x))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theLeastTimeIsThatOfTheSlowerOfComputingAndMoving() {
        Peaks peaks = new Peaks(1e9, 4e9, 8e9, 4);
        assertThat(peaks.seconds(new Operation("many products", 2e9, 1e6, 1e6))).isEqualTo(2);
        assertThat(peaks.seconds(new Operation("many weights", 1e6, 1e9, 0))).isEqualTo(1);
        assertThat(peaks.seconds(List.of(
                        new Operation("many weights", 1e6, 1e9, 0), new Operation("many activations", 1e6, 0, 1e9))))
                .isEqualTo(1.5);
    }
}
