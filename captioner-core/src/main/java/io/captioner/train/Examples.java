package io.captioner.train;

import io.captioner.data.CaptionDataset;
import io.captioner.text.Vocabulary;
import java.nio.file.Path;
import java.util.List;

/**
 * The pictures of a split.
 *
 * @param images files in the data set's order
 * @param captions of each picture: its captions, each a list of words
 * @param all the pictures as the data set has them
 */
record Examples(List<Path> images, List<List<List<String>>> captions, List<CaptionDataset.Example> all) {
    /** All that is there to learn from. */
    static Examples toTrainOn(CaptionDataset dataset) {
        return of(dataset, CaptionDataset.Split.TRAIN, CaptionDataset.Split.RESTVAL);
    }

    static Examples of(CaptionDataset dataset, CaptionDataset.Split... splits) {
        List<CaptionDataset.Example> examples = dataset.split(splits);
        return new Examples(
                examples.stream().map(CaptionDataset.Example::image).toList(),
                examples.stream().map(CaptionDataset.Example::words).toList(),
                examples);
    }

    /** The most captions that a picture has. */
    int mostPerImage() {
        return captions.stream().mapToInt(List::size).max().orElse(0);
    }

    EncodedCaptions encode(Vocabulary vocabulary, int maxWords) {
        return new EncodedCaptions(captions.stream()
                .map(ofPicture -> ofPicture.stream()
                        .map(words -> vocabulary.encode(words, maxWords))
                        .toArray(long[][]::new))
                .toArray(long[][][]::new));
    }
}
