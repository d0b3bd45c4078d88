package io.captioner.pack;

import io.captioner.ModelException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A captioner that another library trained, read from its folder; what becomes of its weights can be looked at before it is made a package. */
public final class ImportedCaptioner {
    private final WeightMapping mapping;
    private final String source;
    private final Supplier<ModelPackage> model;

    ImportedCaptioner(WeightMapping mapping, String source, Supplier<ModelPackage> model) {
        this.mapping = mapping;
        this.source = source;
        this.model = model;
    }

    /**
     * Reads the folder of an attention LSTM that PyTorch trained, as {@link PyTorchCaptioner} says, or of a captioner in Hugging Face's layout:
     * {@code VisionEncoderDecoderModel} of ViT and GPT-2, {@code BlipForConditionalGeneration}.
     *
     * @param id the package's id
     * @throws ModelException when a file is missing or damaged, or says what is not supported
     */
    public static ImportedCaptioner open(Path folder, String id) {
        return HuggingFaceCaptioner.isIn(folder)
                ? HuggingFaceCaptioner.open(folder, id)
                : PyTorchCaptioner.open(folder, id);
    }

    /** Which stored tensor becomes which parameter. */
    public WeightMapping mapping() {
        return mapping;
    }

    /** @throws ModelException when parameters are missing */
    public ModelPackage toPackage() {
        mapping.requireComplete(source, "");
        return model.get();
    }
}
