package io.captioner.cli;

import io.captioner.ModelException;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.search.TagClassifier;
import io.captioner.tags.Tags;
import io.captioner.weights.WeightFiles;
import io.captioner.weights.Weights;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner tag --model DIR --encoder-weights FILE --labels FILE --out DIR}. */
@Command(
        name = "tag",
        mixinStandardHelpOptions = true,
        description = {
            "Adds the classifier that the encoder was trained with, and writes the model with it.",
            "Captions can then be made to say what it is sure of: caption --tags 0.5."
        })
final class TagCommand implements Callable<Integer> {
    @Mixin
    ModelFolder model = new ModelFolder();

    @Option(
            names = "--encoder-weights",
            paramLabel = "FILE",
            required = true,
            description = "Where classifier.weight and classifier.bias are: safetensors or a PyTorch checkpoint.")
    Path encoderWeights = Path.of("");

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            required = true,
            description = "A label a line, in the classifier's order, its names with commas between them.")
    Path labels = Path.of("");

    @Option(
            names = "--words",
            paramLabel = "FILE.json",
            description =
                    "What says a label, or a name in it, in captions: {\"hotdog\": [\"hot dog\", \"food\"]}; others are said by their own names.")
    @Nullable
    Path words;

    @Mixin
    PackageOptions output = new PackageOptions();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        output.check();
        WeightSource source = WeightFiles.open(encoderWeights);
        String matrix = TagClassifier.SCOPE + ".weight";
        String bias = TagClassifier.SCOPE + ".bias";
        for (String name : List.of(matrix, bias)) {
            if (!source.names().contains(name)) {
                throw new ModelException(encoderWeights + " has no tensor " + name
                        + "; name the file of an encoder with its classifier");
            }
        }
        Shape shape = source.shape(matrix);
        ModelPackage original = model.load();
        int features = original.architecture().encoder().featureSize();
        if (shape.rank() != 2 || shape.dim(1) != features) {
            throw new ModelException(encoderWeights + " has a classifier " + shape + ", but the encoder of "
                    + original.id() + " has " + features + " features; name the classifier of this encoder");
        }
        Tags tags = new Tags(
                TagFiles.labels(labels, shape.dim(0)), words == null ? Map.of() : TagFiles.words("--words", words));
        Weights classifier = Weights.of(source).selected(Map.of(matrix, matrix, bias, bias));
        output.save(original.withTags(tags, classifier));
        PrintWriter told = streams.out();
        told.println(tags.labels().size() + " labels, " + TagFiles.sayable(tags, original.vocabulary())
                + " of which the model has words for");
        told.println(output.folder());
        return Main.DONE;
    }
}
