package io.captioner.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.captioner.CaptionerException;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.weights.MeanWeights;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a training in a folder, each a folder that appears at once or not at all:
 *
 * <pre>
 *   epoch-0003-step-00001125/  state.json  weights.safetensors  optimizer.safetensors
 *   best-0002.safetensors      weights of the best epoch so far, or of several where they are averaged
 * </pre>
 *
 * <p>The last two are kept, and the best weights that they speak of.
 */
final class Checkpoints {
    /** An option that checkpoints do not name whose products were summed in another order than now, and what it was. */
    private static final String COMPUTE = "compute";

    private static final String COMPUTE_BEFORE = Precision.FLOAT32.toString();

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final int KEPT = 2;
    private static final int FORMAT = 2;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /** Names of equal beginnings, by the numbers in them: a longer one has more digits. */
    private static final Comparator<Path> BY_NUMBER = Comparator.comparingInt(
                    (Path file) -> file.getFileName().toString().length())
            .thenComparing(Comparator.naturalOrder());

    private final Path folder;
    private final Map<String, String> options;
    private final Recipe recipe;

    /**
     * @param recipe says of which epochs weights are kept
     * @param options what the training was told, so that only the same training goes on from here
     */
    Checkpoints(Path folder, Recipe recipe, Map<String, String> options) {
        this.folder = folder;
        this.recipe = recipe;
        this.options = options;
    }

    /** A checkpoint's content. */
    record Saved(TrainingState state, Map<String, HostTensor> weights, Map<String, HostTensor> optimizer) {}

    private record StateFile(int format, Map<String, String> options, TrainingState state) {}

    boolean isEmpty() {
        return list().isEmpty();
    }

    /**
     * The newest checkpoint that can be read.
     *
     * @param mayChange options that may differ from the checkpoint's
     * @throws OptionException when the checkpoint is of a training with other options
     */
    Optional<Saved> latest(Predicate<String> mayChange) {
        List<Path> all = list();
        for (int i = all.size() - 1; i >= 0; i--) {
            Path checkpoint = all.get(i);
            StateFile file;
            try {
                file = GSON.fromJson(Files.readString(checkpoint.resolve("state.json")), StateFile.class);
                if (file == null || file.format != FORMAT) {
                    throw new CaptionerException("its format is not " + FORMAT);
                }
                Map<String, String> then = new LinkedHashMap<>(file.options);
                if (then.putIfAbsent(COMPUTE, COMPUTE_BEFORE) == null) {
                    LOG.warn(
                            "checkpoint {} is of an earlier version, which rounded otherwise: the training goes on from it, but not to the"
                                    + " same bits as without the interruption",
                            checkpoint);
                }
                requireSame(checkpoint, then, mayChange);
                return Optional.of(new Saved(
                        file.state,
                        TensorFiles.read(checkpoint.resolve("weights.safetensors")),
                        TensorFiles.read(checkpoint.resolve("optimizer.safetensors"))));
            } catch (OptionException e) {
                throw e;
            } catch (IOException | JsonParseException | CaptionerException e) {
                if (i == 0) {
                    throw new CaptionerException(
                            "no checkpoint in " + folder + " can be read (" + e.getMessage()
                                    + "): start without resuming, in another folder",
                            e);
                }
                LOG.warn("checkpoint {} cannot be read ({}); going on from the one before", checkpoint, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private void requireSame(Path checkpoint, Map<String, String> then, Predicate<String> mayChange) {
        Set<String> names = new LinkedHashSet<>(options.keySet());
        names.addAll(then.keySet());
        for (String name : names) {
            String before = String.valueOf(then.get(name));
            String now = String.valueOf(options.get(name));
            if (!before.equals(now) && !mayChange.test(name)) {
                throw new OptionException(name + " is " + now + ", but the training in " + checkpoint + " has " + before
                        + ": resume it with the same value, or start a new one in another folder");
            }
        }
    }

    Path write(Saved saved) {
        TrainingState state = saved.state();
        Path target = folder.resolve(String.format(Locale.ROOT, "epoch-%04d-step-%08d", state.epoch(), state.step()));
        try {
            Files.createDirectories(folder);
            Path temporary = folder.resolve(".writing");
            delete(temporary);
            Files.createDirectory(temporary);
            TensorFiles.write(temporary.resolve("weights.safetensors"), saved.weights());
            TensorFiles.write(temporary.resolve("optimizer.safetensors"), saved.optimizer());
            Path json = temporary.resolve("state.json");
            Files.writeString(json, GSON.toJson(new StateFile(FORMAT, options, state)));
            TensorFiles.force(json);
            TensorFiles.force(temporary);
            delete(target);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            TensorFiles.force(folder);
            prune(state);
            return target;
        } catch (IOException e) {
            throw new CaptionerException("checkpoint " + target + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static String best(int epoch) {
        return String.format(Locale.ROOT, "best-%04d.safetensors", epoch);
    }

    /** Keeps the weights of one of the best epochs so far; returns the file's name. */
    String writeBest(int epoch, Map<String, HostTensor> weights) {
        String name = best(epoch);
        try {
            Files.createDirectories(folder);
            TensorFiles.write(folder.resolve(name), weights);
            return name;
        } catch (IOException e) {
            throw new CaptionerException(
                    "weights " + folder.resolve(name) + " cannot be written: " + e.getMessage(), e);
        }
    }

    Map<String, HostTensor> readBest(String name) {
        return TensorFiles.read(folder.resolve(name));
    }

    /** The mean of what was kept of these epochs. */
    Map<String, HostTensor> meanOf(List<Integer> epochs) {
        return Weights.of(MeanWeights.of(epochs.stream()
                        .map(epoch -> Safetensors.open(folder.resolve(best(epoch))))
                        .toList()))
                .toMap();
    }

    private List<Path> list() {
        return children(name -> name.startsWith("epoch-"));
    }

    private List<Path> children(Predicate<String> wanted) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(
                    files.filter(file -> wanted.test(file.getFileName().toString()))
                            .sorted(BY_NUMBER)
                            .toList());
        } catch (IOException e) {
            throw new CaptionerException(folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Older checkpoints go; the best weights before the present ones stay as long as the checkpoint before may need them. */
    private void prune(TrainingState state) throws IOException {
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            delete(old);
        }
        Set<String> needed = new LinkedHashSet<>();
        for (int back = 0; back < KEPT && back < state.history().size(); back++) {
            List<EpochMetrics> then = state.history().subList(0, state.history().size() - back);
            recipe.bestEpochs(then).forEach(epoch -> needed.add(best(epoch)));
        }
        for (Path old : children(name -> name.startsWith("best-"))) {
            if (!needed.contains(old.getFileName().toString())) {
                delete(old);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
