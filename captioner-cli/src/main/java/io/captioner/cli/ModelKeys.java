package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.ResNet;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VariationalRnn;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.weights.Safetensors.Precision;
import java.util.List;
import java.util.Locale;

/** What a recipe says of the model. {@code docs/training.md} lists the keys; those that do not belong to the chosen parts are refused. */
final class ModelKeys {
    private static final int MANY = 1_000_000;
    private static final String[] ENCODERS = {
        "efficientnet_lite0",
        "efficientnet_lite1",
        "efficientnet_lite2",
        "efficientnet_lite3",
        "efficientnet_lite4",
        "mobilenet_v2",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "vit_b_16",
        "vit_b_32"
    };
    private static final String[] DECODERS = {
        "attention_lstm",
        "attention_gru",
        "attention_rnn_tanh",
        "attention_rnn_relu",
        "lstm",
        "gru",
        "rnn_tanh",
        "rnn_relu",
        "transformer"
    };

    /** Keys that say what a model that training starts from says too. */
    private static final List<String> NAMING = List.of(
            "encoder",
            "imageSize",
            "grid",
            "classToken",
            "decoder",
            "hiddenSize",
            "layers",
            "tiedOutput",
            "dropout",
            "embeddingSize",
            "embeddingDropout",
            "featureSize",
            "attention",
            "attentionSize",
            "gate",
            "latentSize",
            "discriminatorSize",
            "picture",
            "heads",
            "feedForward",
            "norm",
            "activation",
            "positions",
            "maxTokens");

    private final RecipeFile file;

    /** Whether the recipe says what the model is. */
    final boolean named;

    final String encoderName;
    final CaptionerArchitecture architecture;
    final ImageTransform transform;
    final int minCount;
    final Precision precision;

    ModelKeys(RecipeFile file) {
        this.file = file;
        named = NAMING.stream().anyMatch(file::says);
        encoderName = file.oneOf("encoder", "efficientnet_lite2", ENCODERS);
        EncoderArchitecture encoder = encoder();
        architecture = new CaptionerArchitecture(encoder, decoder());
        transform = transform(encoder);
        minCount = file.whole("minCount", 5, 1, MANY);
        precision = Precision.valueOf(
                file.oneOf("precision", "float16", "float16", "float32").toUpperCase(Locale.ROOT));
    }

    private EncoderArchitecture encoder() {
        int grid = file.whole("grid", 0, 0, 64);
        if (encoderName.startsWith("efficientnet")) {
            return new EfficientNetLite(encoderName.charAt(encoderName.length() - 1) - '0', grid, grid);
        }
        if (encoderName.startsWith("resnet")) {
            return new ResNet(Integer.parseInt(encoderName.substring("resnet".length())), grid, grid);
        }
        if (encoderName.equals("mobilenet_v2")) {
            return new MobileNetV2(grid, grid);
        }
        VisionTransformer base = encoderName.endsWith("16") ? VisionTransformer.base16() : VisionTransformer.base32();
        return new VisionTransformer(
                base.imageSize(),
                base.patchSize(),
                base.layers(),
                base.heads(),
                base.hiddenSize(),
                base.mlpSize(),
                grid == 0 && file.truth("classToken", true),
                grid,
                grid);
    }

    private ImageTransform transform(EncoderArchitecture encoder) {
        int own = encoder instanceof EfficientNetLite lite ? lite.imageSize() : 224;
        int wanted = file.whole("imageSize", 0, 0, 8192);
        if (encoder instanceof VisionTransformer && wanted != 0 && wanted != own) {
            throw new OptionException(
                    file.at("imageSize") + ": imageSize is " + wanted + "; " + encoderName + " takes " + own);
        }
        ImageTransform squash = ImageTransform.squash(wanted > 0 ? wanted : own);
        return encoder instanceof EfficientNetLite
                ? squash
                : squash.withNormalisation(ImageTransform.IMAGENET_MEAN, ImageTransform.IMAGENET_STD);
    }

    private DecoderArchitecture decoder() {
        String decoder = file.oneOf("decoder", "attention_lstm", DECODERS);
        boolean tied = file.truth("tiedOutput", true);
        int hiddenSize = file.whole("hiddenSize", 512, 1, MANY);
        if (decoder.equals("transformer")) {
            return transformer(hiddenSize, tied);
        }
        int embeddingSize = file.whole("embeddingSize", 512, 1, MANY);
        if (tied && embeddingSize != hiddenSize) {
            throw new OptionException(file.at("hiddenSize") + ": embeddingSize is " + embeddingSize
                    + " and hiddenSize is " + hiddenSize + "; they must be equal where tiedOutput is true");
        }
        double dropout = file.share("dropout", 0.5);
        double embeddingDropout = file.share("embeddingDropout", 0.3);
        int featureSize = file.whole("featureSize", 512, 0, MANY);
        int layers = file.whole("layers", 1, 1, 64);
        Cell cell = Cell.valueOf(decoder.replace("attention_", "").toUpperCase(Locale.ROOT));
        if (!decoder.startsWith("attention_")) {
            String[] pictures = cell == Cell.LSTM
                    ? new String[] {"first_word", "initial_state", "initial_hidden"}
                    : new String[] {"first_word", "initial_state"};
            PlainRnn.Picture picture = PlainRnn.Picture.valueOf(
                    file.oneOf("picture", "first_word", pictures).toUpperCase(Locale.ROOT));
            return new PlainRnn(
                    cell, layers, embeddingSize, hiddenSize, picture, dropout, embeddingDropout, featureSize, tied);
        }
        AttentionLstm like = new AttentionLstm(
                embeddingSize,
                hiddenSize,
                attention(),
                file.truth("gate", true),
                dropout,
                embeddingDropout,
                featureSize,
                tied);
        int latentSize = file.whole("latentSize", 0, 0, MANY);
        if (latentSize > 0) {
            return variational(VariationalRnn.of(AttentionRnn.of(cell, layers, like), latentSize));
        }
        // one layer of LSTM has a record of its own, the one that older packages know
        return cell == Cell.LSTM && layers == 1 ? like : AttentionRnn.of(cell, layers, like);
    }

    private VariationalRnn variational(VariationalRnn decoder) {
        int units = file.whole("discriminatorSize", 0, 0, MANY);
        return units == 0 ? decoder : decoder.adversarial(units);
    }

    private AttentionArchitecture attention() {
        int size = file.whole("attentionSize", 256, 1, MANY);
        String attention = file.oneOf("attention", "relu", "relu", "tanh", "dot", "multi_head");
        if (attention.equals("multi_head")) {
            int heads = file.whole("heads", 8, 1, 256);
            requireDivides("attentionSize", size, heads);
            return new MultiHeadAttention(size, heads);
        }
        return switch (attention) {
            case "relu" -> AdditiveAttention.relu(size);
            case "tanh" -> AdditiveAttention.tanh(size);
            default -> new ScaledDotAttention(size);
        };
    }

    private TransformerDecoder transformer(int width, boolean tied) {
        int heads = file.whole("heads", 8, 1, 256);
        requireDivides("hiddenSize", width, heads);
        TransformerDecoder.Builder builder = TransformerDecoder.builder()
                .width(width)
                .heads(heads)
                .feedForward(file.whole("feedForward", 2048, 1, MANY))
                .layers(file.whole("layers", 3, 1, 64))
                .norm(TransformerDecoder.Norm.valueOf(upper("norm", "pre", "pre", "post")))
                .activation(TransformerDecoder.Activation.valueOf(upper("activation", "gelu", "gelu", "relu")))
                .positions(TransformerDecoder.Positions.valueOf(upper("positions", "learned", "learned", "sinusoid")))
                .maxTokens(file.whole("maxTokens", 64, 2, 512))
                .dropout(file.share("dropout", 0.1))
                .tiedOutput(tied);
        return builder.build();
    }

    private void requireDivides(String key, int size, int heads) {
        if (size % heads != 0) {
            throw new OptionException(
                    file.at(key) + ": " + key + " is " + size + "; it must be a multiple of heads, " + heads);
        }
    }

    private String upper(String key, String fallback, String... allowed) {
        return file.oneOf(key, fallback, allowed).toUpperCase(Locale.ROOT);
    }
}
