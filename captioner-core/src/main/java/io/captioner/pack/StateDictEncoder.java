package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.ResNet;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An encoder's architecture from its name at torchvision or timm and, for a vision transformer, the shapes of its weights, {@code encoder.*}.
 */
final class StateDictEncoder {
    private static final Pattern LITE = Pattern.compile("tf_efficientnet_lite([0-4])");
    private static final Pattern RESNET = Pattern.compile("resnet(18|34|50|101|152)");
    private static final Pattern VIT = Pattern.compile("vit_[a-z0-9_]{1,60}");

    /** Of all published sizes but the huge one. */
    private static final int HEAD = 64;

    private StateDictEncoder() {}

    /**
     * @param config with {@code encoder}, and {@code encoder_grid} (places along an edge that features are pooled to, 0 for none) and {@code
     *     encoder_heads} where they are needed
     */
    static EncoderArchitecture of(JsonReader config, WeightSource weights) {
        String name = config.text("encoder", "");
        int grid = config.whole("encoder_grid", 0);
        Matcher lite = LITE.matcher(name);
        if (lite.matches()) {
            return new EfficientNetLite(Integer.parseInt(lite.group(1)), grid, grid);
        }
        Matcher resNet = RESNET.matcher(name);
        if (resNet.matches()) {
            return new ResNet(Integer.parseInt(resNet.group(1)), grid, grid);
        }
        if (name.equals("mobilenet_v2")) {
            return new MobileNetV2(grid, grid);
        }
        if (VIT.matcher(name).matches()) {
            return transformer(config, weights, grid);
        }
        throw new ModelException(
                config.where() + ": encoder is " + name
                        + "; tf_efficientnet_lite0 to 4, resnet18, 34, 50, 101 and 152, mobilenet_v2 and vit_* can be imported");
    }

    private static EncoderArchitecture transformer(JsonReader config, WeightSource weights, int grid) {
        Shape patches = shape(weights, "conv_proj.weight", 4); // (W, 3, P, P)
        Shape positions = shape(weights, "encoder.pos_embedding", 3); // (1, L + 1, W)
        int hidden = Math.toIntExact(patches.dim(0));
        int patch = Math.toIntExact(patches.dim(2));
        int edge = (int) Math.round(Math.sqrt(positions.dim(1) - 1.0));
        int layers = 0;
        while (weights.names().contains("encoder.encoder.layers.encoder_layer_" + layers + ".mlp.0.weight")) {
            layers++;
        }
        if (!config.has("encoder_heads") && hidden % HEAD != 0) {
            throw new ModelException(config.where() + ": encoder_heads is missing; the weights do not tell it");
        }
        int heads = config.text("encoder", "").equals("vit_h_14") ? 16 : hidden / HEAD;
        return new VisionTransformer(
                edge * patch,
                patch,
                layers,
                config.whole("encoder_heads", heads),
                hidden,
                Math.toIntExact(shape(weights, "encoder.layers.encoder_layer_0.mlp.0.weight", 2)
                        .dim(0)),
                config.whole("class_token", 1) != 0,
                grid,
                grid);
    }

    private static Shape shape(WeightSource weights, String name, int rank) {
        String full = "encoder." + name;
        if (!weights.names().contains(full) || weights.shape(full).rank() != rank) {
            throw new ModelException(weights + " has no tensor " + full + " of " + rank + " extents, which a vision"
                    + " transformer of torchvision or timm has");
        }
        return weights.shape(full);
    }
}
