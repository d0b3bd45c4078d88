package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.ResNet;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.Schedule;
import io.captioner.train.Trainer;
import io.captioner.weights.Safetensors.Precision;
import java.nio.file.Path;

/**
 * A training recipe, read from a JSON file. Every key may be left out; the defaults are a good recipe for a frozen encoder and a few
 * thousand photos. {@code docs/training.md} lists the keys.
 */
final class TrainConfig {
    private static final int MANY = 1_000_000;
    private static final String[] ENCODERS = {
        "efficientnet_lite0",
        "efficientnet_lite1",
        "efficientnet_lite2",
        "efficientnet_lite3",
        "efficientnet_lite4",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152"
    };

    final String encoder;
    final String trainEncoder;
    private final int imageSize;
    private final int grid;
    private final int embeddingSize;
    private final int hiddenSize;
    private final String attention;
    private final int attentionSize;
    private final boolean gate;
    private final int featureSize;
    private final boolean tiedOutput;
    private final double dropout;
    private final double embeddingDropout;
    private final int epochs;
    private final int batchImages;
    private final int captionsPerImage;
    private final String optimizer;
    private final double learningRate;
    private final double encoderLearningRate;
    private final double weightDecay;
    private final double momentum;
    private final boolean amsgrad;
    private final String schedule;
    private final int warmupSteps;
    private final double clipNorm;
    private final double clipValue;
    private final double labelSmoothing;
    private final double doublyStochastic;
    private final int minCount;
    private final int maxLength;
    private final double weightAverage;
    private final boolean flips;
    private final int earlyStopping;
    private final String precision;
    final long seed;

    private TrainConfig(RecipeFile file) {
        encoder = file.oneOf("encoder", "efficientnet_lite2", ENCODERS);
        trainEncoder = file.trainEncoder("trainEncoder", "frozen");
        imageSize = file.whole("imageSize", 0, 0, 8192);
        grid = file.whole("grid", 0, 0, 64);
        embeddingSize = file.whole("embeddingSize", 512, 1, MANY);
        hiddenSize = file.whole("hiddenSize", 512, 1, MANY);
        attention = file.oneOf("attention", "relu", "relu", "tanh");
        attentionSize = file.whole("attentionSize", 256, 1, MANY);
        gate = file.truth("gate", true);
        featureSize = file.whole("featureSize", 512, 0, MANY);
        tiedOutput = file.truth("tiedOutput", true);
        dropout = file.share("dropout", 0.5);
        embeddingDropout = file.share("embeddingDropout", 0.3);
        epochs = file.whole("epochs", 6, 1, MANY);
        batchImages = file.whole("batchImages", 16, 1, 4096);
        captionsPerImage = file.whole("captionsPerImage", 5, 1, 64);
        optimizer = file.oneOf("optimizer", "adamw", "adam", "adamw", "sgd");
        learningRate = file.positive("learningRate", 1e-3);
        encoderLearningRate = file.positive("encoderLearningRate", 1e-4);
        weightDecay = file.share("weightDecay", 0.01);
        momentum = file.share("momentum", 0.9);
        amsgrad = file.truth("amsgrad", false);
        schedule = file.oneOf("schedule", "cosine", "constant", "cosine", "step", "plateau");
        warmupSteps = file.whole("warmupSteps", 100, 0, MANY);
        clipNorm = file.notNegative("clipNorm", 5);
        clipValue = file.notNegative("clipValue", 0);
        labelSmoothing = file.share("labelSmoothing", 0.1);
        doublyStochastic = file.notNegative("doublyStochastic", 0);
        weightAverage = file.share("weightAverage", 0);
        minCount = file.whole("minCount", 5, 1, MANY);
        maxLength = file.whole("maxLength", 20, 1, 1000);
        flips = file.truth("flips", false);
        earlyStopping = file.whole("earlyStopping", 0, 0, MANY);
        precision = file.oneOf("precision", "float16", "float16", "float32");
        seed = file.large("seed", 1);
        file.requireNothingElse();
        if (clipNorm > 0 && clipValue > 0) {
            throw new OptionException(file.name() + ": clipNorm is " + clipNorm + " and clipValue is " + clipValue
                    + "; set one of them to 0");
        }
        if (tiedOutput && embeddingSize != hiddenSize) {
            throw new OptionException(file.name() + ": embeddingSize is " + embeddingSize + " and hiddenSize is "
                    + hiddenSize + "; they must be equal where tiedOutput is true");
        }
    }

    /** All defaults. */
    static TrainConfig defaults() {
        return new TrainConfig(RecipeFile.empty());
    }

    /** @throws OptionException naming the file, and the key, its value and its limits where one is wrong */
    static TrainConfig read(Path file) {
        return new TrainConfig(RecipeFile.read(file));
    }

    /** A trainer with all that the recipe says; data, places and the encoder's weights are the caller's. */
    Trainer.Builder trainer() {
        Trainer.Builder trainer = Trainer.builder()
                .architecture(architecture())
                .transform(transform())
                .minCount(minCount)
                .epochs(epochs)
                .batchImages(batchImages)
                .captionsPerImage(captionsPerImage)
                .optimizer(rule())
                .learningRate(learningRate)
                .encoderLearningRate(encoderLearningRate)
                .schedule(rate())
                .clip(clip())
                .labelSmoothing(labelSmoothing)
                .doublyStochastic(doublyStochastic)
                .averageWeights(weightAverage)
                .maxLength(maxLength)
                .flips(flips)
                .seed(seed)
                .earlyStopping(earlyStopping)
                .precision(precision.equals("float16") ? Precision.FLOAT16 : Precision.FLOAT32);
        return switch (trainEncoder) {
            case "frozen" -> trainer.freezeEncoder();
            case "all" -> trainer.trainEncoder();
            default -> trainer.fineTuneEncoder(Integer.parseInt(trainEncoder));
        };
    }

    CaptionerArchitecture architecture() {
        AttentionLstm decoder = AttentionLstm.builder()
                .embeddingSize(embeddingSize)
                .hiddenSize(hiddenSize)
                .attention(
                        attention.equals("relu")
                                ? AdditiveAttention.relu(attentionSize)
                                : AdditiveAttention.tanh(attentionSize))
                .gate(gate)
                .dropout(dropout)
                .embeddingDropout(embeddingDropout)
                .featureSize(featureSize)
                .tiedOutput(tiedOutput)
                .build();
        return new CaptionerArchitecture(encoder(), decoder);
    }

    private EncoderArchitecture encoder() {
        return isLite()
                ? new EfficientNetLite(encoder.charAt(encoder.length() - 1) - '0', grid, grid)
                : new ResNet(Integer.parseInt(encoder.substring("resnet".length())), grid, grid);
    }

    private boolean isLite() {
        return encoder.startsWith("efficientnet");
    }

    private ImageTransform transform() {
        int own = encoder() instanceof EfficientNetLite lite ? lite.imageSize() : 224;
        ImageTransform squash = ImageTransform.squash(imageSize > 0 ? imageSize : own);
        return isLite() ? squash : squash.withNormalisation(ImageTransform.IMAGENET_MEAN, ImageTransform.IMAGENET_STD);
    }

    private Optimizer rule() {
        return switch (optimizer) {
            case "adam" -> new Optimizer.Adam(0.9, 0.999, 1e-8, weightDecay, false, true, amsgrad);
            case "adamw" -> new Optimizer.Adam(0.9, 0.999, 1e-8, weightDecay, true, false, amsgrad);
            default -> new Optimizer.Sgd(momentum, false, weightDecay);
        };
    }

    private Schedule rate() {
        Schedule change = switch (schedule) {
            case "cosine" -> Schedule.cosine(0.02);
            case "step" -> Schedule.step(3, 0.5);
            case "plateau" -> Schedule.plateau(1);
            default -> Schedule.constant();
        };
        return change.withWarmup(warmupSteps);
    }

    private GradientClip clip() {
        if (clipNorm > 0) {
            return GradientClip.globalNorm(clipNorm);
        }
        return clipValue > 0 ? GradientClip.value(clipValue) : GradientClip.none();
    }
}
