package io.captioner.train;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.OptionException;
import io.captioner.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a training runs and where its files are: the settings of a {@link Trainer.Builder} that are no part of its recipe. */
abstract sealed class RunSettings extends RecipeSettings permits Trainer.Builder {
    @Nullable
    Path output;

    @Nullable
    Path work;

    @Nullable
    Path features;

    @Nullable
    String modelId;

    boolean resume;
    Safetensors.Precision precision = Safetensors.Precision.FLOAT32;
    final List<TrainingListener> listeners = new ArrayList<>();

    @Nullable
    Backend backend;

    @Nullable
    TrainingBackend trainingBackend;

    @Nullable
    Backend featureBackend;

    Device device = Device.cpu();
    int threads;

    RunSettings() {}

    /** Folder of the model package. Required. */
    public final Trainer.Builder output(Path folder) {
        this.output = folder;
        return self();
    }

    /** The model's name in its package and in captions. Default: the output folder's name. */
    public final Trainer.Builder modelId(String id) {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new OptionException("model id: '" + id
                    + "' must be 1 to 100 letters, digits, dots, hyphens and underscores, the first a letter or digit");
        }
        this.modelId = id;
        return self();
    }

    /** Folder of checkpoints, metrics and features. Default: the output folder's name with {@code .training}, beside it. */
    public final Trainer.Builder workFolder(Path folder) {
        this.work = folder;
        return self();
    }

    /**
     * Folder of the features of a frozen encoder; trainings of the same encoder on the same pictures may share it. Default {@code features}
     * in the work folder.
     */
    public final Trainer.Builder featureCache(Path folder) {
        this.features = folder;
        return self();
    }

    /** Whether to go on from the work folder's last checkpoint, if it has one; default no, and then it must have none. */
    public final Trainer.Builder resume(boolean wanted) {
        this.resume = wanted;
        return self();
    }

    /** Of the saved weights; default FLOAT32. FLOAT16 halves the package. */
    public final Trainer.Builder precision(Safetensors.Precision stored) {
        this.precision = stored;
        return self();
    }

    /** Adds a listener. A CSV file of epochs and a log line for each are there without one. */
    public final Trainer.Builder listener(TrainingListener listener) {
        this.listeners.add(listener);
        return self();
    }

    /** The backend that trains. Default: the one that is installed. */
    public final Trainer.Builder backend(Backend name) {
        this.backend = name;
        return self();
    }

    /** The backend that trains, as an object. */
    public final Trainer.Builder backend(TrainingBackend provider) {
        this.trainingBackend = provider;
        return self();
    }

    /** The backend that computes the features of a frozen encoder. Default: ONNX Runtime if it is installed, else the one that trains. */
    public final Trainer.Builder featureBackend(Backend name) {
        this.featureBackend = name;
        return self();
    }

    /** Where training runs; default the CPU. */
    public final Trainer.Builder device(Device place) {
        this.device = place;
        return self();
    }

    /** Of the runtime; 0, the default, for one a core. */
    public final Trainer.Builder threads(int count) {
        this.threads = Limits.atLeast("number of threads", count, 0);
        return self();
    }
}
