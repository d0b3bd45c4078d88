package io.captioner.weights;

import io.captioner.nn.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** timm's vision transformers under torchvision's names, which are captioner's; the tensors are the same. */
public final class TimmNames {
    private static final String MARK = "patch_embed.proj.weight";
    private static final Map<String, String> BEGINNINGS = Map.of(
            "patch_embed.proj.", "conv_proj.",
            "cls_token", "class_token",
            "pos_embed", "encoder.pos_embedding",
            "blocks.", "encoder.layers.encoder_layer_",
            "norm.", "encoder.ln.");
    private static final Map<String, String> PARTS = Map.of(
            ".norm1.", ".ln_1.",
            ".norm2.", ".ln_2.",
            ".attn.qkv.", ".self_attention.in_proj_",
            ".attn.proj.", ".self_attention.out_proj.",
            ".mlp.fc1.", ".mlp.0.",
            ".mlp.fc2.", ".mlp.3.");

    private TimmNames() {}

    /**
     * Weights whose names are captioner's: those of a timm {@code vit_*} renamed, any others as they are.
     *
     * @param prefix before the encoder's names: {@code encoder.} in a captioner, empty in an encoder's own file
     */
    public static WeightSource toTorchvision(WeightSource weights, String prefix) {
        if (!weights.names().contains(prefix + MARK)) {
            return weights;
        }
        Map<String, String> stored = new LinkedHashMap<>();
        weights.names()
                .forEach(name -> stored.put(
                        name.startsWith(prefix) ? prefix + torchvision(name.substring(prefix.length())) : name, name));
        return Weights.of(weights).selected(stored);
    }

    private static String torchvision(String name) {
        for (Map.Entry<String, String> beginning : BEGINNINGS.entrySet()) {
            if (name.startsWith(beginning.getKey())) {
                String renamed =
                        beginning.getValue() + name.substring(beginning.getKey().length());
                for (Map.Entry<String, String> part : PARTS.entrySet()) {
                    renamed = renamed.replace(part.getKey(), part.getValue());
                }
                return renamed;
            }
        }
        return name;
    }
}
