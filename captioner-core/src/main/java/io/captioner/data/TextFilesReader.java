package io.captioner.data;

import io.captioner.DatasetException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of pictures with a text file beside each. */
final class TextFilesReader {
    private static final Logger LOG = LoggerFactory.getLogger(TextFilesReader.class);
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp");

    private TextFilesReader() {}

    static CaptionDataset read(Path folder, ExampleRows rows, BadRows badRows) {
        List<Path> pictures;
        try (Stream<Path> files = Files.list(folder)) {
            pictures = files.filter(TextFilesReader::isPicture).sorted().toList();
        } catch (IOException e) {
            throw new DatasetException(folder + " cannot be read: " + e.getMessage(), e);
        }
        int without = 0;
        for (Path picture : pictures) {
            String name = String.valueOf(picture.getFileName());
            Path captions = folder.resolve(name.substring(0, name.lastIndexOf('.')) + ".txt");
            if (Files.exists(captions)) {
                badRows.row(() -> {
                    List<String> lines = lines(captions);
                    rows.picture(name, name, null, captions.toString());
                    lines.forEach(line -> rows.caption(name, line));
                });
            } else {
                without++;
            }
        }
        if (without == pictures.size()) {
            throw new DatasetException(
                    folder
                            + " has neither captions.txt nor captions.csv, nor a picture with a text file of its name beside it, nor metadata.jsonl");
        }
        if (without > 0) {
            LOG.warn(
                    "{} of {} pictures in {} have no text file beside them and are left out",
                    without,
                    pictures.size(),
                    folder);
        }
        return rows.dataset();
    }

    private static boolean isPicture(Path file) {
        String name = String.valueOf(file.getFileName());
        return PICTURES.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file);
            return (text.startsWith("\ufeff") ? text.substring(1) : text)
                    .lines()
                    .map(String::strip)
                    .toList();
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
