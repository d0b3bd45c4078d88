package io.captioner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.captioner.OptionException;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.nn.Shape;
import io.captioner.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderNamesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void efficientNetLiteAsksForWhatTimmStores(int variant) {
        Path file = Path.of(System.getProperty("captioner.fixtures", "../shared/fixtures"))
                .resolveSibling("data")
                .resolve("encoders/tf_efficientnet_lite" + variant + ".safetensors");
        assumeTrue(Files.exists(file), () -> "no trained weights in " + file);
        Safetensors stored = Safetensors.open(file);
        Set<String> names = new HashSet<>(stored.names());
        names.removeIf(name -> name.startsWith("classifier."));
        Map<String, Shape> asked = shapes(new EfficientNetLite(variant));
        assertThat(asked.keySet()).containsExactlyInAnyOrderElementsOf(names);
        asked.forEach((name, shape) -> assertThat(shape).as(name).isEqualTo(stored.shape(name)));
    }

    /** Weights without the classifier; torchvision's and timm's own counts less theirs. */
    @ParameterizedTest
    @CsvSource({
        "18, 11176512",
        "34, 21284672",
        "50, 23508032",
        "101, 42500160",
        "152, 58143808",
    })
    void resNetsHaveAsManyWeightsAsTorchvisions(int depth, long weights) {
        assertThat(learned(new ResNet(depth))).isEqualTo(weights);
    }

    @ParameterizedTest
    @CsvSource({"0, 3371008", "1, 4135680", "2, 4811072", "3, 6916096", "4, 11725568"})
    void efficientNetLitesGrowWithTheVariant(int variant, long weights) {
        assertThat(learned(new EfficientNetLite(variant))).isEqualTo(weights);
    }

    @Test
    void mobileNetAndVisionTransformerHaveAsManyWeightsAsTorchvisions() {
        assertThat(learned(new MobileNetV2())).isEqualTo(2223872);
        assertThat(learned(VisionTransformer.base16())).isEqualTo(85798656);
        assertThat(learned(VisionTransformer.base32())).isEqualTo(87455232);
    }

    @Test
    void invertedResidualsAreNamedAsInTorchvision() {
        assertThat(shapes(new MobileNetV2()))
                .containsEntry("features.0.0.weight", Shape.of(32, 3, 3, 3))
                .containsEntry("features.1.conv.1.weight", Shape.of(16, 32, 1, 1))
                .containsEntry("features.1.conv.2.running_mean", Shape.of(16))
                .containsEntry("features.17.conv.2.weight", Shape.of(320, 960, 1, 1))
                .containsEntry("features.18.1.bias", Shape.of(1280));
    }

    @Test
    void bottleneckBlocksAreNamedAsInTorchvision() {
        assertThat(shapes(new ResNet(50)))
                .containsEntry("conv1.weight", Shape.of(64, 3, 7, 7))
                .containsEntry("layer1.0.downsample.0.weight", Shape.of(256, 64, 1, 1))
                .containsEntry("layer1.0.downsample.1.running_var", Shape.of(256))
                .containsEntry("layer4.2.conv3.weight", Shape.of(2048, 512, 1, 1))
                .doesNotContainKey("layer1.1.downsample.0.weight");
        assertThat(shapes(new ResNet(18)))
                .containsEntry("layer2.0.downsample.0.weight", Shape.of(128, 64, 1, 1))
                .doesNotContainKey("layer1.0.downsample.0.weight");
    }

    @Test
    void theGridIsTheConvolutionsOwnOrTheOneWanted() {
        assertThat(new EfficientNetLite(2).grid(260, 260)).isEqualTo(new Grid(9, 9));
        assertThat(new ResNet(50).grid(96, 128)).isEqualTo(new Grid(3, 4));
        assertThat(new ResNet(50).grid(65, 71)).isEqualTo(new Grid(3, 3));
        assertThat(new ResNet(101, 14, 14).grid(256, 256)).isEqualTo(new Grid(14, 14));
        assertThat(VisionTransformer.base16().grid(224, 224)).isEqualTo(new Grid(14, 14, 1));
        assertThat(new VisionTransformer(64, 16, 1, 2, 8, 8, false, 2, 3).grid(64, 64))
                .isEqualTo(new Grid(2, 3));
    }

    @Test
    void stagesDivideAllParametersFromTheStemToTheHead() {
        for (EncoderArchitecture encoder : new EncoderArchitecture[] {
            new EfficientNetLite(0),
            new ResNet(18),
            new MobileNetV2(),
            new VisionTransformer(64, 16, 2, 2, 8, 8, true, 0, 0)
        }) {
            Staged staged = (Staged) encoder;
            Set<String> names = shapes(encoder).keySet();
            int count = staged.stages().size();
            assertThat(names).allMatch(staged.fromStage(0)).noneMatch(staged.fromStage(count));
            for (int stage = 0; stage < count; stage++) {
                Predicate<String> here =
                        staged.fromStage(stage).and(staged.fromStage(stage + 1).negate());
                assertThat(names.stream().filter(here)).as("stage " + stage).isNotEmpty();
            }
        }
        Predicate<String> last = new EfficientNetLite(0).fromStage(7);
        assertThat(Set.of("blocks.6.0.conv_pw.weight", "conv_head.weight", "bn2.bias"))
                .allMatch(last);
        assertThat(Set.of("blocks.5.0.bn2.bias", "bn1.weight", "conv_stem.weight"))
                .noneMatch(last);
    }

    @Test
    void wrongHyperParametersAreRefused() {
        assertThatThrownBy(() -> new EfficientNetLite(5))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("5")
                .hasMessageContaining("between 0 and 4");
        assertThatThrownBy(() -> new ResNet(20))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("[18, 34, 50, 101, 152]");
        assertThatThrownBy(() -> VisionTransformer.base16().grid(256, 256))
                .isInstanceOf(OptionException.class)
                .hasMessage("picture is 256 x 256; this vision transformer takes 224 x 224");
        assertThatThrownBy(() -> new VisionTransformer(65, 16, 1, 2, 8, 8, true, 0, 0))
                .isInstanceOf(OptionException.class)
                .hasMessage("image size is 65; it must be a multiple of the patch size, 16");
        assertThatThrownBy(() -> new ResNet(18, 14, 0))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("14 x 0");
        assertThatThrownBy(() -> new ResNet(18).fromStage(6))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("between 0 and 5");
    }

    private static Map<String, Shape> shapes(EncoderArchitecture architecture) {
        return ParameterShapes.of(architecture::bind);
    }

    private static long learned(EncoderArchitecture architecture) {
        return shapes(architecture).entrySet().stream()
                .filter(entry -> !entry.getKey().contains(".running_"))
                .collect(Collectors.summingLong(entry -> entry.getValue().size()));
    }
}
