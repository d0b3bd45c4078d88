package io.captioner.cli;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.captioner.OptionException;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.ResNet;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A training recipe as a JSON file. Every key may be left out; the defaults below are a good recipe for a frozen encoder and a few
 * thousand photos.
 */
final class TrainConfig {
    /** efficientnet_lite0 to 4, or resnet18, 34, 50, 101, 152. */
    String encoder = "efficientnet_lite2";

    /** Side of the square that pictures are resized to; 0 for the encoder's own. */
    int imageSize;

    /** E. */
    int embeddingSize = 512;

    /** H. */
    int hiddenSize = 512;

    /** A. */
    int attentionSize = 256;

    /** relu or tanh. */
    String attention = "relu";

    boolean gate = true;
    double dropout = 0.5;
    double embeddingDropout = 0.3;

    /** d that features are projected to, 0 for none. */
    int featureSize = 512;

    boolean tiedOutput = true;

    int epochs = 6;
    int batchImages = 16;
    int captionsPerImage = 5;

    /** adam, adamw or sgd. */
    String optimizer = "adamw";

    double weightDecay = 0.01;
    boolean amsgrad;
    double momentum = 0.9;
    double learningRate = 1e-3;
    double encoderLearningRate = 1e-4;

    /** constant, cosine, step or plateau. */
    String schedule = "cosine";

    int warmupSteps = 100;

    /** Global norm; 0 for none. */
    double clipNorm = 5;

    /** Each element; 0 for none; not together with clipNorm. */
    double clipValue;

    double labelSmoothing = 0.1;
    double doublyStochastic;
    int minCount = 5;
    int maxLength = 20;
    boolean flips;
    long seed = 1;

    /** Epochs without a lower dev loss; 0 for never. */
    int earlyStopping;

    /** frozen, all, or the number of the first stage that is trained. */
    String trainEncoder = "frozen";

    /** float32 or float16. */
    String precision = "float16";

    static TrainConfig read(Path file) {
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            if (!(json instanceof JsonObject object)) {
                throw new OptionException(file + " must hold one JSON object");
            }
            TreeSet<String> known = Arrays.stream(TrainConfig.class.getDeclaredFields())
                    .map(java.lang.reflect.Field::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
            for (String key : object.keySet()) {
                if (!known.contains(key)) {
                    throw new OptionException(file + " has the unknown key \"" + key + "\"; it must be one of " + known);
                }
            }
            return new Gson().fromJson(object, TrainConfig.class);
        } catch (IOException e) {
            throw new OptionException(file + " cannot be read: " + e.getMessage(), e);
        } catch (JsonParseException e) {
            throw new OptionException(file + " is no recipe: " + e.getMessage(), e);
        }
    }

    EncoderArchitecture encoderArchitecture() {
        String name = encoder.toLowerCase(Locale.ROOT).replace("tf_", "");
        if (name.matches("efficientnet_lite[0-4]")) {
            return new EfficientNetLite(name.charAt(name.length() - 1) - '0');
        }
        if (name.matches("resnet(18|34|50|101|152)")) {
            return new ResNet(Integer.parseInt(name.substring("resnet".length())));
        }
        throw new OptionException("encoder is \"" + encoder
                + "\"; it must be efficientnet_lite0 to efficientnet_lite4, or resnet18, 34, 50, 101 or 152");
    }

    DecoderArchitecture decoderArchitecture() {
        return AttentionLstm.builder()
                .embeddingSize(embeddingSize)
                .hiddenSize(hiddenSize)
                .attention(choose("attention", attention, "relu", "tanh").equals("relu")
                        ? AdditiveAttention.relu(attentionSize)
                        : AdditiveAttention.tanh(attentionSize))
                .gate(gate)
                .dropout(dropout)
                .embeddingDropout(embeddingDropout)
                .featureSize(featureSize)
                .tiedOutput(tiedOutput)
                .build();
    }

    Optimizer rule() {
        return switch (choose("optimizer", optimizer, "adam", "adamw", "sgd")) {
            case "adam" -> new Optimizer.Adam(0.9, 0.999, 1e-8, weightDecay, false, true, amsgrad);
            case "adamw" -> new Optimizer.Adam(0.9, 0.999, 1e-8, weightDecay, true, false, amsgrad);
            default -> new Optimizer.Sgd(momentum, false, weightDecay);
        };
    }

    Schedule rate() {
        Schedule change =
                switch (choose("schedule", schedule, "constant", "cosine", "step", "plateau")) {
                    case "cosine" -> Schedule.cosine(0.02);
                    case "step" -> Schedule.step(3, 0.5);
                    case "plateau" -> Schedule.plateau(1);
                    default -> Schedule.constant();
                };
        return change.withWarmup(warmupSteps);
    }

    GradientClip clip() {
        if (clipNorm > 0 && clipValue > 0) {
            throw new OptionException("clipNorm and clipValue are both set; set one of them to 0");
        }
        if (clipNorm > 0) {
            return GradientClip.globalNorm(clipNorm);
        }
        return clipValue > 0 ? GradientClip.value(clipValue) : GradientClip.none();
    }

    static String choose(String name, String value, String... allowed) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (!Arrays.asList(allowed).contains(lower)) {
            throw new OptionException(
                    name + " is \"" + value + "\"; it must be one of " + String.join(", ", allowed));
        }
        return lower;
    }
}
