package io.captioner;

import io.captioner.spi.CaptionerFactory;
import io.captioner.spi.CaptionerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Captions pictures. Made by {@link #builder()}; owns native memory until it is closed. Thread-safe: several threads may caption at
 * once, and {@link #close} waits for them.
 */
public interface Captioner extends AutoCloseable {
    /** {@link #caption(ImageInput, GenerationOptions)} with this captioner's own {@link #options}. */
    default Caption caption(ImageInput image) {
        return caption(image, options());
    }

    /**
     * Captions a picture.
     *
     * @throws ImageException when the picture cannot be read; its kind says why
     * @throws OptionException when an option does not fit the model: a forbidden word that it does not know, say, or more words than it can write
     * @throws BackendException when the runtime fails or this is closed
     */
    default Caption caption(ImageInput image, GenerationOptions options) {
        return captionAll(List.of(image), options).get(0);
    }

    /** Captions an image file with this captioner's own {@link #options}; it throws as {@link #caption(ImageInput, GenerationOptions)}. */
    default Caption caption(Path image) {
        return caption(ImageInput.of(image));
    }

    /** {@link #captionAll(List, GenerationOptions)} with this captioner's own {@link #options}. */
    default List<Caption> captionAll(List<ImageInput> images) {
        return captionAll(images, options());
    }

    /**
     * Captions a batch in one call of the runtime; a caption does not depend on its neighbours. All pictures are in memory at once, at the size
     * that the model reads: of many thousand, give some dozens at a time. An unreadable picture fails the whole batch.
     *
     * @return one caption for each picture, in order; none for none
     * @throws ImageException as {@link #caption(ImageInput, GenerationOptions)} does, naming the first picture that cannot be read
     * @throws OptionException as there
     * @throws BackendException as there
     */
    List<Caption> captionAll(List<ImageInput> images, GenerationOptions options);

    /** {@link #captionAsync(ImageInput, GenerationOptions)} with this captioner's own {@link #options}. */
    default CompletableFuture<Caption> captionAsync(ImageInput image) {
        return captionAsync(image, options());
    }

    /**
     * Captions a picture without waiting for it: calls of all threads that ask for equal options gather in batches, as {@link
     * Builder#batching} says. The picture is decoded in the calling thread. Cancelling the future takes a call that still waits out of the queue.
     *
     * @return the caption to come; fails with what {@link #caption(ImageInput, GenerationOptions)} throws, and with {@link
     *     OverloadException} or {@link DeadlineException}
     */
    CompletableFuture<Caption> captionAsync(ImageInput image, GenerationOptions options);

    /** The options that apply where a call brings none: the model package's own, or what {@link Builder#generation(UnaryOperator)} made of them. */
    GenerationOptions options();

    /** The model's name, as in {@link Caption#modelId}. */
    String modelId();

    /**
     * Waits for calls that run, and frees the model. Later calls, and those that still wait in the queue, fail with {@link BackendException};
     * closing again does nothing.
     */
    @Override
    void close();

    /** Starts with: the only backend installed (ONNX where there are several), the bundled model, the CPU. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Captioner}. Not thread-safe. */
    final class Builder {
        private @Nullable Backend backend;
        private @Nullable Path model;
        private List<Path> ensemble = List.of();
        private Device device = Device.cpu();
        private int threads;
        private UnaryOperator<GenerationOptions> generation = UnaryOperator.identity();
        private Batching batching = Batching.upTo(16);

        private Builder() {}

        /** What computes. Default: the only one installed, ONNX where there are several. */
        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        /** Folder of a model package. Default: the model of {@code io.captioner:captioner-default-model}. */
        public Builder model(Path folder) {
            this.model = folder;
            return this;
        }

        /**
         * Folders of further model packages that write each caption together with the model: every word's probability is the mean of theirs.
         * They have the model's vocabulary and read pictures of its size; encoders and decoders may differ. The attention is the model's.
         * Default: none.
         */
        public Builder ensemble(Path... folders) {
            this.ensemble = List.of(folders);
            return this;
        }

        /** Where it computes. Default: {@link Device#cpu()}. */
        public Builder device(Device device) {
            this.device = device;
            return this;
        }

        /**
         * With how many threads this captioner computes, 1 to 1024. Default: one for each core.
         *
         * @throws OptionException for another number
         */
        public Builder threads(int threads) {
            Limits.between("threads", threads, 1, 1024);
            this.threads = threads;
            return this;
        }

        /**
         * How captions are searched for where a call does not say, in place of what the model package says. Default: what it says. What this
         * search needs is compiled when the captioner is built; what another one needs that a call asks for, at the first such call.
         */
        public Builder generation(GenerationOptions generation) {
            return generation(own -> generation);
        }

        /**
         * How captions are searched for where a call does not say, in terms of what the model package says: {@code own ->
         * own.toBuilder().beamWidth(5).build()} keeps its other options. Takes the place of {@link #generation(GenerationOptions)}.
         *
         * @param change gets the package's own options, once, when the captioner is built; what it throws, {@link #build} throws
         */
        public Builder generation(UnaryOperator<GenerationOptions> change) {
            this.generation = change;
            return this;
        }

        /** How calls of {@link Captioner#captionAsync} are gathered. Default: {@link Batching#upTo upTo(16)}. */
        public Builder batching(Batching batching) {
            this.batching = batching;
            return this;
        }

        /**
         * Loads the model.
         *
         * @throws BackendException when the backend or device is not there; the message lists what is
         * @throws ModelException when a model package is missing or damaged, or those of an ensemble do not go together
         * @throws OptionException when an option does not fit the model
         */
        public Captioner build() {
            CaptionerSettings settings =
                    new CaptionerSettings(backend, model, ensemble, device, threads, generation, batching);
            return ServiceLoader.load(CaptionerFactory.class)
                    .findFirst()
                    .or(() -> ServiceLoader.load(CaptionerFactory.class, Captioner.class.getClassLoader())
                            .findFirst())
                    .orElseThrow(() -> new BackendException("no backend is on the class path; add the dependency"
                            + " io.captioner:captioner-onnx or io.captioner:captioner-djl"))
                    .create(settings);
        }
    }
}
