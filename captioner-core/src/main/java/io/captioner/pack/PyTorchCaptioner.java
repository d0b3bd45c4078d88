package io.captioner.pack;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.image.Filter;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.WeightSource;
import io.captioner.text.Vocabulary;
import io.captioner.weights.TimmNames;
import io.captioner.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a captioner that was trained with PyTorch, any of the decoders of {@code io.captioner.model} under their parameters' names, from a
 * folder with
 *
 * <ul>
 *   <li>{@code config.json}: {@code encoder} (timm's {@code tf_efficientnet_lite0} to {@code 4} and {@code vit_*}, torchvision's {@code
 *       resnet18} to {@code 152}, {@code mobilenet_v2} and {@code vit_b_16} and the like), {@code image_size}, {@code resize}, {@code
 *       normalise}, and {@code recipe} with what the weights do not tell: {@code heads}; {@code kind}, rnn_tanh or rnn_relu; {@code activation}
 *       of a transformer, relu or gelu; {@code tied}, 0 or 1; {@code dropout}, {@code embed_dropout}. What else stands there ({@code embed},
 *       {@code hidden}, {@code att}, {@code proj}, {@code gate}, {@code layers}, {@code latent}, {@code discriminator}) must agree with the
 *       weights,
 *   <li>{@code vocabulary.txt}: one word a line,
 *   <li>{@code weights.safetensors}, or a {@code .pth} or {@code .pt} of {@code torch.save}: the state dict, {@code encoder.*} and
 *       {@code decoder.*}.
 * </ul>
 */
public final class PyTorchCaptioner {
    private static final String CONFIG = "config.json";
    private static final String NUMBER = "([0-9.]{1,9})";
    private static final String NUMBERS = "\\[" + NUMBER + ", " + NUMBER + ", " + NUMBER + "\\]";
    private static final Pattern SQUASH =
            Pattern.compile("Pillow (bilinear|bicubic) to (\\d{1,4}) x (\\d{1,4}) \\(squash\\)");
    private static final Pattern CROP =
            Pattern.compile("Pillow (bilinear|bicubic), short side to (\\d{1,4}), centre (\\d{1,4}) x (\\d{1,4})");
    private static final Pattern GREY = Pattern.compile("\\(x / 255 - " + NUMBER + "\\) / " + NUMBER);
    private static final Pattern COLOURS = Pattern.compile("\\(x / 255 - " + NUMBERS + "\\) / " + NUMBERS);

    private final JsonReader config;
    private final JsonReader recipe;

    private PyTorchCaptioner(JsonReader config) {
        this.config = config;
        this.recipe = config.has("recipe")
                ? config.part("recipe")
                : new JsonReader(config.where() + ": recipe", new JsonObject());
    }

    /**
     * Reads the folder as a model package.
     *
     * @param id the package's id
     * @throws ModelException when a file is missing or damaged, or says what is not supported
     */
    public static ModelPackage read(Path folder, String id) {
        return open(folder, id).toPackage();
    }

    /** Reads all but the elements of the weights. */
    static ImportedCaptioner open(Path folder, String id) {
        Path file = folder.resolve(CONFIG);
        Instant created;
        try {
            created = Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException e) {
            throw new ModelException(
                    file + " does not exist; the folder of a PyTorch captioner has " + CONFIG
                            + ", vocabulary.txt and weights.safetensors",
                    e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
        PyTorchCaptioner captioner = new PyTorchCaptioner(JsonReader.open(file));
        ImageTransform transform = captioner.transform();
        Vocabulary vocabulary = Vocabulary.read(folder.resolve(PackageFiles.VOCABULARY));
        WeightSource weights = TimmNames.toTorchvision(WeightFiles.open(WeightFiles.find(folder)), "encoder.");
        CaptionerArchitecture architecture = captioner.architecture(weights);
        WeightMapping mapping =
                WeightMapping.of(WeightCheck.required(architecture, vocabulary.size()), weights, name -> name);
        Provenance provenance = Provenance.of("PyTorch", created).withRecipe(captioner.settings());
        return new ImportedCaptioner(
                mapping,
                weights.toString(),
                () -> new ModelPackage(
                        id, architecture, transform, vocabulary, GenerationOptions.greedy(), weights, provenance));
    }

    private CaptionerArchitecture architecture(WeightSource weights) {
        try {
            return new CaptionerArchitecture(
                    StateDictEncoder.of(config, weights), StateDictDecoder.of(weights, new StateDictRecipe(recipe)));
        } catch (OptionException e) {
            throw new ModelException(recipe.where() + ": " + e.getMessage(), e);
        }
    }

    private ImageTransform transform() {
        String resize = config.text("resize", "");
        Matcher squash = SQUASH.matcher(resize);
        Matcher crop = CROP.matcher(resize);
        boolean squashed = squash.matches();
        if (!squashed && !crop.matches()) {
            throw new ModelException(config.where() + ": resize is '" + resize
                    + "'; 'Pillow bilinear to 260 x 260 (squash)', 'Pillow bicubic, short side to 256, centre 224 x 224'"
                    + " and the like can be imported");
        }
        int height = Integer.parseInt(squashed ? squash.group(2) : crop.group(3));
        int width = Integer.parseInt(squashed ? squash.group(3) : crop.group(4));
        int imageSize = config.whole("image_size", height);
        if (height != imageSize || width != imageSize) {
            throw new ModelException(
                    config.where() + ": image_size is " + imageSize + ", resize says '" + resize + "'");
        }
        try {
            return new ImageTransform(
                    squashed ? ImageTransform.Mode.SQUASH : ImageTransform.Mode.RESIZE_CROP,
                    squashed ? 0 : Integer.parseInt(crop.group(2)),
                    height,
                    width,
                    resize.startsWith("Pillow bicubic") ? Filter.BICUBIC : Filter.BILINEAR,
                    colours(0),
                    colours(1));
        } catch (OptionException | NumberFormatException e) {
            throw new ModelException(config.where() + ": resize or normalise: " + e.getMessage(), e);
        }
    }

    /** What is taken from the channels, 0, or what they are divided by, 1. */
    private ImageTransform.Rgb colours(int which) {
        String normalise = config.text("normalise", "");
        Matcher grey = GREY.matcher(normalise);
        if (grey.matches()) {
            float value = Float.parseFloat(grey.group(1 + which));
            return new ImageTransform.Rgb(value, value, value);
        }
        Matcher colours = COLOURS.matcher(normalise);
        if (colours.matches()) {
            return new ImageTransform.Rgb(
                    Float.parseFloat(colours.group(1 + 3 * which)),
                    Float.parseFloat(colours.group(2 + 3 * which)),
                    Float.parseFloat(colours.group(3 + 3 * which)));
        }
        throw new ModelException(config.where() + ": normalise is '" + normalise + "'; '(x / 255 - 0.5) / 0.5',"
                + " '(x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]' and the like can be imported");
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        recipe.json().entrySet().forEach(entry -> {
            JsonElement value = entry.getValue();
            settings.put(entry.getKey(), value.isJsonPrimitive() ? value.getAsString() : value.toString());
        });
        return settings;
    }
}
