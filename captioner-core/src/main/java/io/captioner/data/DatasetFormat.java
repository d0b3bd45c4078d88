package io.captioner.data;

import io.captioner.OptionException;
import java.util.Arrays;

/** How a data set is written. */
public enum DatasetFormat {
    /** Karpathy's {@code dataset_*.json}, with words and splits. */
    KARPATHY("karpathy"),
    /** COCO's {@code captions_*.json}; its split is in its name, or is named by the user. */
    COCO("coco"),
    /** Lines of {@code image.jpg#0<TAB>caption}, as Flickr8k's; splits from lists beside it ({@code *trainImages.txt}, dev, test). */
    FLICKR("flickr"),
    /** Lines of {@code image,caption} or {@code image,caption,split}. */
    CSV("csv"),
    /** A folder with {@code metadata.jsonl}, or one such folder for each split: Hugging Face's imagefolder. */
    METADATA("metadata"),
    /** A folder with {@code NAME.txt} beside each picture, one caption a line. */
    TEXT_FILES("text");

    private final String label;

    DatasetFormat(String label) {
        this.label = label;
    }

    /** The name on the command line, for example {@code karpathy}. */
    public String label() {
        return label;
    }

    /** @throws OptionException when there is no such format */
    public static DatasetFormat of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new OptionException("there is no format '" + label + "'; formats are "
                        + Arrays.stream(values()).map(DatasetFormat::label).toList()));
    }
}
