package io.captioner.runtime;

import io.captioner.BackendException;
import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.Guidance;
import io.captioner.OptionException;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.search.Request;
import io.captioner.search.TagProgram;
import io.captioner.tags.Tags;
import io.captioner.text.Tokenizer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns options with guidance by tags into options that say what must be said of each picture. The pictures are encoded once: the classifier
 * hands their features to the searches here, which have no encoder. Each of these is compiled when it is first wanted. Thread-safe.
 */
final class TagGuide implements AutoCloseable {
    private final EnsemblePackage models;
    private final Tokenizer vocabulary;
    private final Function<Program, Executable> compiler;
    private final Searches searches;
    private @Nullable Executable classifier;
    private boolean closed;

    TagGuide(EnsemblePackage models, Function<Program, Executable> compiler) {
        this.models = models;
        this.vocabulary = models.first().vocabulary();
        this.compiler = compiler;
        this.searches = new Searches(models.fromFeatures(), compiler::apply);
    }

    /**
     * Pictures that must say the same.
     *
     * @param pictures their places in the batch, ascending
     * @param features of these pictures, (n, L, D)
     * @param options without guidance
     */
    record Part(List<Integer> pictures, HostTensor features, GenerationOptions options) {}

    /** The searches that take the features of a {@link Part}. */
    Searches searches() {
        return searches;
    }

    /** @throws OptionException where guidance is asked for that this model does not have */
    void check(GenerationOptions options) {
        if (options.guidance().on()) {
            tags(options.guidance());
        }
    }

    /** Compiles what a request needs whose pictures show nothing that must be said; where that fails, nothing stays open. */
    void prepare(Guidance guidance, Request request) {
        try {
            classifier(tags(guidance));
            searches.prepare(request);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Tags tags(Guidance guidance) {
        Tags tags = models.first().tags();
        if (tags == null || !models.others().isEmpty()) {
            throw new OptionException("threshold of tags is " + guidance.threshold() + ", but "
                    + (tags == null
                            ? "the package " + models.first().id()
                                    + " has no tags; add them with captioner tag, or leave the threshold out"
                            : "an ensemble has none; ask one model, or leave the threshold out"));
        }
        List<String> unknown = tags.unknownAmong(guidance.words().keySet());
        if (!unknown.isEmpty()) {
            throw new OptionException(Tags.unknown(unknown.get(0)));
        }
        return tags;
    }

    /** What to search for, and in which of the pictures. */
    List<Part> parts(HostTensor pixels, GenerationOptions guided) {
        Tags tags = tags(guided.guidance());
        GenerationOptions plain =
                guided.toBuilder().tagThreshold(0).tagWords(Map.of()).build();
        List<Set<String>> sayings = tags.sayings(guided.guidance().words()).stream()
                .map(said -> sayable(said, plain))
                .toList();
        List<HostTensor> outputs = classifier(tags).run(List.of(pixels));
        float[] probabilities = outputs.get(0).toFloatArray();
        Map<Set<String>, List<Integer>> alike = new LinkedHashMap<>();
        for (int i = 0; i < probabilities.length / sayings.size(); i++) {
            float[] own = Arrays.copyOfRange(probabilities, i * sayings.size(), (i + 1) * sayings.size());
            Set<String> said = sure(own, sayings, guided.guidance().threshold());
            alike.computeIfAbsent(said, first -> new ArrayList<>()).add(i);
        }
        return alike.entrySet().stream()
                .map(entry -> new Part(
                        entry.getValue(), rows(outputs.get(1), entry.getValue()), saying(entry.getKey(), plain)))
                .toList();
    }

    private static GenerationOptions saying(Set<String> said, GenerationOptions plain) {
        return said.isEmpty()
                ? plain
                : plain.toBuilder().mustSayOneOf(said.toArray(String[]::new)).build();
    }

    /** Some of N pictures. */
    private static HostTensor rows(HostTensor all, List<Integer> pictures) {
        long[] sizes = all.shape().toArray();
        if (pictures.size() == sizes[0]) {
            return all;
        }
        ByteBuffer bytes = all.bytes();
        int size = Math.toIntExact(bytes.remaining() / sizes[0]);
        sizes[0] = pictures.size();
        HostTensor some = HostTensor.allocate(all.type(), Shape.of(sizes));
        ByteBuffer target = some.bytes();
        pictures.forEach(picture -> target.put(bytes.slice(picture * size, size)));
        return some;
    }

    /** What says the likeliest class, if it is sure: classes said alike are one, so that it need not know the breed. */
    private static Set<String> sure(float[] probabilities, List<Set<String>> sayings, double threshold) {
        Map<Set<String>, Double> sums = new LinkedHashMap<>();
        for (int i = 0; i < probabilities.length; i++) {
            if (!sayings.get(i).isEmpty()) {
                sums.merge(sayings.get(i), (double) probabilities[i], Double::sum);
            }
        }
        return sums.entrySet().stream()
                .filter(entry -> entry.getValue() >= threshold)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Set.of());
    }

    /** Those that the model knows, that are not forbidden, and that a caption has room for beside what it must say anyway. */
    private Set<String> sayable(Set<String> said, GenerationOptions options) {
        int room = options.maxLength()
                - options.rules().mustSay().stream()
                        .mapToInt(words -> words.stream()
                                .mapToInt(text -> words(text).size())
                                .max()
                                .orElse(0))
                        .sum();
        Set<String> left = new LinkedHashSet<>();
        for (String text : said) {
            List<String> words = words(text);
            if (words.size() <= room
                    && words.stream().allMatch(vocabulary::contains)
                    && words.stream().noneMatch(options.forbiddenWords()::contains)
                    && !options.forbiddenWords().contains(text)) {
                left.add(text);
            }
        }
        return left;
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    private synchronized Executable classifier(Tags tags) {
        if (closed) {
            throw new BackendException("the captioner is closed; build another captioner");
        }
        if (classifier == null) {
            classifier = compiler.apply(new TagProgram(
                    models.first().architecture().encoder(),
                    models.first().transform(),
                    tags.labels().size()));
        }
        return classifier;
    }

    @Override
    public synchronized void close() {
        closed = true;
        searches.close();
        if (classifier != null) {
            classifier.close();
        }
    }
}
