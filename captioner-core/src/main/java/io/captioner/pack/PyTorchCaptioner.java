package io.captioner.pack;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.image.Filter;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.ResNet;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.WeightSource;
import io.captioner.text.Vocabulary;
import io.captioner.weights.WeightFiles;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an attention LSTM captioner that was trained with PyTorch, from a folder with
 *
 * <ul>
 *   <li>{@code config.json}: {@code encoder} (timm's {@code tf_efficientnet_lite0} to {@code 4}, torchvision's {@code resnet18} to {@code
 *       152}), {@code image_size}, {@code resize}, {@code normalise}, and {@code recipe} with {@code kind} lstm, {@code embed}, {@code
 *       hidden}, {@code att}, {@code proj} (0 for none), {@code gate} and {@code tied} (0 or 1), {@code dropout}, {@code embed_dropout},
 *   <li>{@code vocabulary.txt}: one word a line,
 *   <li>{@code weights.safetensors}, or a {@code .pth} or {@code .pt} of {@code torch.save}: the state dict, {@code encoder.*} and
 *       {@code decoder.*}.
 * </ul>
 */
public final class PyTorchCaptioner {
    private static final String CONFIG = "config.json";
    private static final Pattern LITE = Pattern.compile("tf_efficientnet_lite([0-4])");
    private static final Pattern RESNET = Pattern.compile("resnet(18|34|50|101|152)");
    private static final Pattern RESIZE =
            Pattern.compile("Pillow (bilinear|bicubic) to (\\d{1,4}) x (\\d{1,4}) \\(squash\\)");
    private static final Pattern NORMALISE = Pattern.compile("\\(x / 255 - ([0-9.]{1,9})\\) / ([0-9.]{1,9})");

    private final String file;
    private final JsonObject config;
    private final JsonObject recipe;

    private PyTorchCaptioner(String file, JsonObject config) {
        this.file = file;
        this.config = config;
        this.recipe = RecordJson.object(field(config, "recipe"), file + ": recipe");
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
        String text;
        Instant created;
        try {
            text = Files.readString(file);
            created = Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException e) {
            throw new ModelException(
                    file + " does not exist; the folder of a PyTorch captioner has " + CONFIG
                            + ", vocabulary.txt and weights.safetensors",
                    e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
        JsonObject config = RecordJson.object(PackageJson.parse(text, file.toString()), file.toString());
        PyTorchCaptioner captioner = new PyTorchCaptioner(file.toString(), config);
        CaptionerArchitecture architecture = captioner.architecture();
        ImageTransform transform = captioner.transform();
        Vocabulary vocabulary = Vocabulary.read(folder.resolve(PackageFiles.VOCABULARY));
        WeightSource weights = WeightFiles.open(WeightFiles.find(folder));
        WeightMapping mapping =
                WeightMapping.of(WeightCheck.required(architecture, vocabulary.size()), weights, name -> name);
        Provenance provenance = Provenance.of("PyTorch", created).withRecipe(captioner.settings());
        return new ImportedCaptioner(
                mapping,
                weights.toString(),
                () -> new ModelPackage(
                        id, architecture, transform, vocabulary, GenerationOptions.greedy(), weights, provenance));
    }

    private CaptionerArchitecture architecture() {
        String kind = string(recipe, "kind");
        if (!kind.equals("lstm")) {
            throw new ModelException(file + ": recipe.kind is " + kind + "; lstm can be imported");
        }
        AttentionLstm decoder;
        try {
            decoder = new AttentionLstm(
                    whole(recipe, "embed"),
                    whole(recipe, "hidden"),
                    AdditiveAttention.relu(whole(recipe, "att")),
                    whole(recipe, "gate") != 0,
                    number(recipe, "dropout").doubleValue(),
                    number(recipe, "embed_dropout").doubleValue(),
                    whole(recipe, "proj"),
                    whole(recipe, "tied") != 0);
        } catch (OptionException e) {
            throw new ModelException(file + ": recipe: " + e.getMessage(), e);
        }
        return new CaptionerArchitecture(encoder(), decoder);
    }

    private EncoderArchitecture encoder() {
        String name = string(config, "encoder");
        Matcher lite = LITE.matcher(name);
        if (lite.matches()) {
            return new EfficientNetLite(Integer.parseInt(lite.group(1)));
        }
        Matcher resNet = RESNET.matcher(name);
        if (resNet.matches()) {
            return new ResNet(Integer.parseInt(resNet.group(1)));
        }
        throw new ModelException(file + ": encoder is " + name
                + "; tf_efficientnet_lite0 to 4 and resnet18, 34, 50, 101 and 152" + " can be imported");
    }

    private ImageTransform transform() {
        String resize = string(config, "resize");
        Matcher size = RESIZE.matcher(resize);
        if (!size.matches()) {
            throw new ModelException(file + ": resize is '" + resize
                    + "'; 'Pillow bilinear to 260 x 260 (squash)' and the like can be imported");
        }
        String normalise = string(config, "normalise");
        Matcher numbers = NORMALISE.matcher(normalise);
        if (!numbers.matches()) {
            throw new ModelException(
                    file + ": normalise is '" + normalise + "'; '(x / 255 - 0.5) / 0.5' and the like can be imported");
        }
        int height = Integer.parseInt(size.group(2));
        int width = Integer.parseInt(size.group(3));
        int imageSize = whole(config, "image_size");
        if (height != imageSize || width != imageSize) {
            throw new ModelException(file + ": image_size is " + imageSize + ", resize says '" + resize + "'");
        }
        try {
            return new ImageTransform(
                    ImageTransform.Mode.SQUASH,
                    0,
                    height,
                    width,
                    size.group(1).equals("bicubic") ? Filter.BICUBIC : Filter.BILINEAR,
                    grey(numbers.group(1)),
                    grey(numbers.group(2)));
        } catch (OptionException | NumberFormatException e) {
            throw new ModelException(file + ": resize or normalise: " + e.getMessage(), e);
        }
    }

    private static ImageTransform.Rgb grey(String number) {
        float value = Float.parseFloat(number);
        return new ImageTransform.Rgb(value, value, value);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        recipe.entrySet().forEach(entry -> {
            JsonElement value = entry.getValue();
            settings.put(entry.getKey(), value.isJsonPrimitive() ? value.getAsString() : value.toString());
        });
        return settings;
    }

    private JsonElement field(JsonObject object, String name) {
        JsonElement value = object.get(name);
        if (value == null) {
            throw new ModelException(file + ": " + name + " is missing");
        }
        return value;
    }

    private String string(JsonObject object, String name) {
        JsonElement value = field(object, name);
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw new ModelException(file + ": " + name + " is " + value + "; it must be a string");
        }
        return value.getAsString();
    }

    private BigDecimal number(JsonObject object, String name) {
        JsonElement value = field(object, name);
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw new ModelException(file + ": " + name + " is " + value + "; it must be a number");
        }
        return value.getAsBigDecimal();
    }

    private int whole(JsonObject object, String name) {
        try {
            return number(object, name).intValueExact();
        } catch (ArithmeticException e) {
            throw new ModelException(file + ": " + name + " is " + object.get(name) + "; it must be a whole number", e);
        }
    }
}
