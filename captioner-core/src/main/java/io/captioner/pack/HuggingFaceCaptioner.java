package io.captioner.pack;

import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.image.Filter;
import io.captioner.image.ImageTransform;
import io.captioner.model.BlipText;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Gpt2;
import io.captioner.model.HuggingFaceViT;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.text.SubwordTokenizer;
import io.captioner.text.Tokenizer.SpecialIds;
import io.captioner.weights.WeightFiles;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads a captioner in Hugging Face's layout: {@code VisionEncoderDecoderModel} of ViT and GPT-2, or {@code
 * BlipForConditionalGeneration}, from {@code config.json}, {@code generation_config.json}, {@code preprocessor_config.json}, the weights and
 * the files of a {@link HuggingFaceTokenizer}.
 */
final class HuggingFaceCaptioner {
    private final JsonReader config;
    private final JsonReader generation;
    private final Path folder;
    private final boolean blip;

    private HuggingFaceCaptioner(Path folder, JsonReader config, JsonReader generation) {
        this.folder = folder;
        this.config = config;
        this.generation = generation;
        String type = config.text("model_type", "");
        if (!Set.of("vision-encoder-decoder", "blip").contains(type)) {
            throw new ModelException(
                    config.where() + ": model_type is '" + type + "'; vision-encoder-decoder and blip can be imported");
        }
        this.blip = type.equals("blip");
    }

    /** Whether the folder's {@code config.json} is of Hugging Face's transformers. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve("config.json"))
                && JsonReader.open(folder.resolve("config.json")).has("model_type");
    }

    static ImportedCaptioner open(Path folder, String id) {
        JsonReader config = JsonReader.open(folder.resolve("config.json"));
        Path generationFile = folder.resolve("generation_config.json");
        JsonReader generation = Files.exists(generationFile) ? JsonReader.open(generationFile) : config;
        return new HuggingFaceCaptioner(folder, config, generation).read(id);
    }

    private ImportedCaptioner read(String id) {
        CaptionerArchitecture architecture;
        GenerationOptions options;
        try {
            architecture = blip ? blip() : visionEncoderDecoder();
            options = options(architecture.decoder());
        } catch (OptionException e) {
            throw new ModelException(config.where() + ": " + e.getMessage(), e);
        }
        ImageTransform transform = transform(((HuggingFaceViT) architecture.encoder()).imageSize());
        JsonReader text = config.part(blip ? "text_config" : "decoder");
        int words = text.whole("vocab_size", blip ? 30524 : 50257);
        SubwordTokenizer tokenizer = new HuggingFaceTokenizer(folder, blip).read(words, special());
        WeightSource weights = WeightFiles.open(WeightFiles.find(folder));
        UnaryOperator<String> stored =
                blip ? HuggingFaceCaptioner::blipName : name -> visionName(name, weights.names());
        Map<String, Shape> required = WeightCheck.required(architecture, words);
        WeightMapping mapping = WeightMapping.of(required, weights, stored);
        Provenance provenance =
                Provenance.of("Hugging Face transformers " + config.text("transformers_version", ""), created());
        return new ImportedCaptioner(mapping, weights.toString(), () -> {
            Map<String, String> names = mapping.storedNames();
            return new ModelPackage(
                    id,
                    architecture,
                    transform,
                    tokenizer,
                    options,
                    Weights.of(weights).selected(names),
                    provenance);
        });
    }

    private static String blipName(String parameter) {
        return parameter.startsWith("encoder.")
                ? "vision_model." + parameter.substring("encoder.".length())
                : "text_decoder." + parameter.substring("decoder.".length());
    }

    private static String visionName(String parameter, Set<String> names) {
        // The projection between the two belongs to neither of them there.
        String outside = parameter.replace("decoder.enc_to_dec_proj.", "enc_to_dec_proj.");
        return names.contains(outside) ? outside : parameter;
    }

    private CaptionerArchitecture visionEncoderDecoder() {
        JsonReader encoder = config.part("encoder");
        JsonReader decoder = config.part("decoder");
        encoder.require("model_type", "vit");
        encoder.require("hidden_act", "gelu");
        encoder.require("qkv_bias", "true");
        decoder.require("model_type", "gpt2");
        decoder.require("add_cross_attention", "true");
        decoder.require("scale_attn_weights", "true");
        decoder.require("scale_attn_by_inverse_layer_idx", "false");
        decoder.require("tie_word_embeddings", "true");
        int size = decoder.whole("n_embd", 768);
        return new CaptionerArchitecture(
                vision(encoder, HuggingFaceViT.Layout.VIT, 224, 1e-12),
                new Gpt2(
                        size,
                        decoder.whole("n_layer", 12),
                        decoder.whole("n_head", 12),
                        decoder.whole("n_inner", 4 * size),
                        decoder.whole("n_positions", 1024),
                        activation(decoder),
                        decoder.number("layer_norm_epsilon", 1e-5)));
    }

    private static Gpt2.Activation activation(JsonReader decoder) {
        String name = decoder.text("activation_function", "gelu_new");
        return switch (name) {
            case "gelu_new", "gelu_pytorch_tanh" -> Gpt2.Activation.GELU_TANH;
            case "gelu" -> Gpt2.Activation.GELU;
            case "relu" -> Gpt2.Activation.RELU;
            default ->
                throw new ModelException(decoder.where() + ": activation_function is " + name
                        + "; gelu_new, gelu_pytorch_tanh, gelu and relu can be imported");
        };
    }

    private CaptionerArchitecture blip() {
        JsonReader text = config.part("text_config");
        text.require("hidden_act", "gelu");
        text.require("tie_word_embeddings", "true");
        config.part("vision_config").require("hidden_act", "gelu");
        return new CaptionerArchitecture(
                vision(config.part("vision_config"), HuggingFaceViT.Layout.BLIP, 384, 1e-5),
                new BlipText(
                        text.whole("hidden_size", 768),
                        text.whole("num_hidden_layers", 12),
                        text.whole("num_attention_heads", 8),
                        text.whole("intermediate_size", 3072),
                        text.whole("max_position_embeddings", 512),
                        text.number("layer_norm_eps", 1e-12)));
    }

    private static HuggingFaceViT vision(
            JsonReader vision, HuggingFaceViT.Layout layout, int imageSize, double epsilon) {
        return new HuggingFaceViT(
                layout,
                vision.whole("hidden_size", 768),
                vision.whole("num_hidden_layers", 12),
                vision.whole("num_attention_heads", 12),
                vision.whole("intermediate_size", 3072),
                vision.whole("image_size", imageSize),
                vision.whole("patch_size", 16),
                vision.number("layer_norm_eps", epsilon));
    }

    private SpecialIds special() {
        if (blip) {
            JsonReader text = config.part("text_config");
            return new SpecialIds(
                    text.whole("bos_token_id", 30522),
                    text.whole("sep_token_id", 102),
                    text.whole("pad_token_id", 0),
                    List.of(),
                    generation.text("early_stopping", "false").equals("true"));
        }
        JsonReader decoder = config.part("decoder");
        int end = generation.whole("eos_token_id", config.whole("eos_token_id", decoder.whole("eos_token_id", 50256)));
        int start = generation.whole(
                "decoder_start_token_id", config.whole("decoder_start_token_id", decoder.whole("bos_token_id", end)));
        int padding = generation.whole("pad_token_id", config.whole("pad_token_id", end));
        return new SpecialIds(
                start,
                end,
                padding,
                List.of(),
                generation.text("early_stopping", "false").equals("true"));
    }

    /** Hugging Face counts the start among the words, and says 20 where it says nothing. */
    private GenerationOptions options(DecoderArchitecture decoder) {
        int length = generation.has("max_new_tokens")
                ? generation.whole("max_new_tokens", 20)
                : generation.whole("max_length", 20) - 1;
        int most = Math.min(GenerationOptions.MAX_LENGTH, decoder.maxTokens() - 1);
        int beams = generation.whole("num_beams", 1);
        return GenerationOptions.builder()
                .beamWidth(beams)
                .maxLength(Math.max(1, Math.min(length, most)))
                .lengthPenalty(beams > 1 ? generation.number("length_penalty", 1) : 0)
                .build();
    }

    private ImageTransform transform(int imageSize) {
        JsonReader json = JsonReader.open(folder.resolve("preprocessor_config.json"));
        json.require("do_resize", "true");
        int height = imageSize;
        int width = imageSize;
        if (json.isObject("size")) {
            JsonReader size = json.part("size");
            height = size.whole("height", imageSize);
            width = size.whole("width", imageSize);
        } else {
            height = json.whole("size", imageSize);
            width = height;
        }
        if (height != imageSize || width != imageSize) {
            throw new ModelException(json.where() + ": size is " + height + " x " + width + "; the encoder reads "
                    + imageSize + " x " + imageSize);
        }
        int resample = json.whole("resample", blip ? 3 : 2);
        if (resample != 2 && resample != 3) {
            throw new ModelException(
                    json.where() + ": resample is " + resample + "; 2 (bilinear) and 3 (bicubic) can be imported");
        }
        try {
            return new ImageTransform(
                    ImageTransform.Mode.SQUASH,
                    0,
                    height,
                    width,
                    resample == 3 ? Filter.BICUBIC : Filter.BILINEAR,
                    json.rgb("image_mean"),
                    json.rgb("image_std"));
        } catch (OptionException e) {
            throw new ModelException(json.where() + ": " + e.getMessage(), e);
        }
    }

    private Instant created() {
        try {
            return Files.getLastModifiedTime(folder.resolve("config.json")).toInstant();
        } catch (IOException e) {
            throw new ModelException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }
}
