package io.captioner.pack;

import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.confidence.Familiarity;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.RuledDecoder;
import io.captioner.nn.LogitsRule;
import io.captioner.nn.WeightSource;
import io.captioner.search.TagClassifier;
import io.captioner.spi.ModelProvider;
import io.captioner.tags.Tags;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A trained captioner: everything but the code. On disk it is a folder:
 *
 * <pre>
 * captioner.json        architecture, picture size, generation defaults, how it came to be, how far it can be trusted, tags
 * vocabulary.txt        one word a line, or tokenizer.json of Hugging Face
 * weights.safetensors   encoder.* and decoder.*, and familiarity.* where it was calibrated, classifier.* where it has tags
 * MODEL_CARD.md         for people
 * SHA256SUMS            of all of these; compared on load
 * </pre>
 *
 * <p>Loading runs no code out of a package and follows no reference out of it. Immutable and thread-safe.
 *
 * @param id the model's name, 1 to 100 letters, digits, dots, hyphens and underscores
 * @param architecture its parts
 * @param transform what is done to a picture before the encoder sees it
 * @param vocabulary its words, or pieces of words
 * @param generation what is used where a caller gives no options
 * @param weights named {@code encoder.*} and {@code decoder.*}
 * @param provenance how it came to be
 * @param modelCard Markdown
 * @param reliability how far its captions can be trusted; null: it was not calibrated. With it, the weights hold {@code familiarity.mean} and
 *     {@code familiarity.scale}, a number for each channel of the features
 * @param tags what the encoder's classifier names, for guidance; null: it has none. With it, the weights hold {@code classifier.weight} (C, D)
 *     and {@code classifier.bias} (C)
 */
public record ModelPackage(
        String id,
        CaptionerArchitecture architecture,
        ImageTransform transform,
        Tokenizer vocabulary,
        GenerationOptions generation,
        WeightSource weights,
        Provenance provenance,
        String modelCard,
        @Nullable Reliability reliability,
        @Nullable Tags tags) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public ModelPackage {
        if (!ID.matcher(id).matches()) {
            throw new OptionException(
                    "the model's id is '" + id
                            + "'; it must be 1 to 100 letters, digits, dots, hyphens and underscores, the first a letter or digit");
        }
        if (tags != null && !(vocabulary instanceof Vocabulary)) {
            throw new ModelException(
                    "model " + id
                            + " writes pieces of words; tags ask for whole ones, so that only models with a word vocabulary have them");
        }
    }

    /** One without calibration and tags. */
    public ModelPackage(
            String id,
            CaptionerArchitecture architecture,
            ImageTransform transform,
            Tokenizer vocabulary,
            GenerationOptions generation,
            WeightSource weights,
            Provenance provenance,
            String modelCard) {
        this(id, architecture, transform, vocabulary, generation, weights, provenance, modelCard, null, null);
    }

    /** With a model card that says what the other values say. */
    public ModelPackage(
            String id,
            CaptionerArchitecture architecture,
            ImageTransform transform,
            Tokenizer vocabulary,
            GenerationOptions generation,
            WeightSource weights,
            Provenance provenance) {
        this(
                id,
                architecture,
                transform,
                vocabulary,
                generation,
                weights,
                provenance,
                ModelCard.of(id, architecture, vocabulary, provenance));
    }

    /**
     * Loads a package from its folder. The weights stay in the file until they are read.
     *
     * @throws ModelException when a file is missing or was changed, the architecture is not known here, or the weights do not fit it
     */
    public static ModelPackage load(Path folder) {
        return load(PackageFiles.in(folder));
    }

    /** Loads a package that is bundled in a jar, into memory; throws as {@link #load(Path)}. */
    public static ModelPackage load(ModelProvider provider) {
        return load(PackageFiles.of(provider));
    }

    private static ModelPackage load(PackageFiles files) {
        files.beginHashing();
        // The version first: of a package from the future there is nothing more to say.
        PackageJson json = PackageJson.read(
                files.text(PackageFiles.JSON), files.name(PackageFiles.JSON), ArchitectureRegistry.installed());
        files.verify(json.words().file());
        Tokenizer vocabulary = json.words().read(files);
        Safetensors weights = files.weights();
        WeightCheck.check(
                json.architecture(),
                vocabulary.size(),
                json.reliability() != null,
                classes(json.tags()),
                weights,
                files.name(PackageFiles.WEIGHTS));
        return new ModelPackage(
                json.id(),
                json.architecture(),
                json.transform(),
                vocabulary,
                json.generation(),
                weights,
                json.provenance(),
                files.text(PackageFiles.CARD),
                json.reliability(),
                json.tags());
    }

    /** Saves with weights in full precision. */
    public void save(Path folder) {
        save(folder, Precision.FLOAT32);
    }

    /**
     * Saves a folder whole or not at all; a package that was there is replaced.
     *
     * @param folder is made, with the folders above it
     * @throws ModelException when something else is there, the weights do not fit the architecture, or writing fails
     */
    public void save(Path folder, Precision precision) {
        WeightCheck.check(
                architecture, vocabulary.size(), reliability != null, classes(tags), weights, "the weights of " + id);
        PackageWriter.write(this, folder, precision);
    }

    /**
     * What stands in the way of {@link #save}, for who works long before there is something to save; nothing where a package could be saved now.
     *
     * @return a sentence that names the folder and the cure
     */
    public static Optional<String> obstacleAt(Path folder) {
        return PackageWriter.obstacle(folder);
    }

    /** The folder's name, as far as an id may have its characters: for a model that has no other. */
    public static String idOf(Path folder) {
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        String id = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z0-9]+", "model-");
        return id.substring(0, Math.min(100, id.length()));
    }

    /** This package under another name. */
    public ModelPackage withId(String newId) {
        return copied(parts -> parts.id = newId);
    }

    /** The same model, that searches so where a caller gives no options. */
    public ModelPackage withGeneration(GenerationOptions options) {
        return copied(parts -> parts.generation = options);
    }

    /** The same model, whose words obey a rule of one's own as well; it must have a name in a package if this is to be saved. */
    public ModelPackage withRule(LogitsRule rule) {
        return copied(parts -> parts.architecture =
                new CaptionerArchitecture(architecture.encoder(), new RuledDecoder(architecture.decoder(), rule)));
    }

    /** The same model with another account of how it came to be. */
    public ModelPackage withProvenance(Provenance newProvenance) {
        return copied(parts -> parts.provenance = newProvenance);
    }

    /** With other weights; neither calibration nor tags, which were of the old ones. */
    public ModelPackage withWeights(WeightSource newWeights) {
        return copied(parts -> {
            parts.weights = newWeights;
            parts.reliability = null;
            parts.tags = null;
        });
    }

    /** @param markdown for people */
    public ModelPackage withModelCard(String markdown) {
        return copied(parts -> parts.modelCard = markdown);
    }

    /**
     * The same model, calibrated.
     *
     * @param familiarity the tensors {@code familiarity.mean} and {@code familiarity.scale}, (D) each
     */
    public ModelPackage withReliability(Reliability newReliability, WeightSource familiarity) {
        return copied(parts -> {
            parts.reliability = newReliability;
            parts.weights = Weights.of(weights).plus(familiarity);
        });
    }

    /** The same model as if it had not been calibrated. */
    public ModelPackage withoutReliability() {
        return copied(parts -> {
            parts.reliability = null;
            parts.weights = weightsOutside(Familiarity.SCOPE);
        });
    }

    /**
     * The same model, whose captions can be guided by tags.
     *
     * @param classifier the tensors {@code classifier.weight} (C, D) and {@code classifier.bias} (C), for features of the encoder averaged over
     *     places
     * @throws ModelException when the model writes pieces of words, or a number of the classifier is NaN or infinite
     */
    public ModelPackage withTags(Tags newTags, WeightSource classifier) {
        TagClassifier.requireFinite(classifier);
        return copied(parts -> {
            parts.tags = newTags;
            parts.weights = Weights.of(weights).plus(classifier);
        });
    }

    /** The same model as if it had no tags. */
    public ModelPackage withoutTags() {
        return copied(parts -> {
            parts.tags = null;
            parts.weights = weightsOutside(TagClassifier.SCOPE);
        });
    }

    private Weights weightsOutside(String scope) {
        return Weights.of(weights).filtered(name -> !name.startsWith(scope + "."));
    }

    private ModelPackage copied(Consumer<PackageParts> change) {
        PackageParts parts = new PackageParts(this);
        change.accept(parts);
        return parts.together();
    }

    private static int classes(@Nullable Tags tags) {
        return tags == null ? 0 : tags.labels().size();
    }

    @Override
    public String toString() {
        return "model package " + id;
    }
}
