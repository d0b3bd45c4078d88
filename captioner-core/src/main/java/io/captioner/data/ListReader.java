package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file with lines of picture and caption, with a comma or a tab between. */
final class ListReader {
    private static final Logger LOG = LoggerFactory.getLogger(ListReader.class);
    private static final Pattern TABBED = Pattern.compile("(?<image>[^\t]+?)(#\\d+)?\t(?<caption>.*)");
    private static final Pattern SPLIT_LIST = Pattern.compile("(?i).*(train|dev|val|test)_?images\\.txt");

    private final Path file;
    private final ExampleRows rows;

    private ListReader(Path file, ExampleRows rows) {
        this.file = file;
        this.rows = rows;
    }

    static CaptionDataset read(Path file, DatasetFormat format, ExampleRows rows) {
        ListReader reader = new ListReader(file, rows);
        try (BufferedReader text = Files.newBufferedReader(file)) {
            if (format == DatasetFormat.FLICKR) {
                reader.readTabbed(text);
            } else {
                reader.readCsv(new CsvReader(text, file.toString()));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (UncheckedIOException e) {
            throw unreadable(file, Objects.requireNonNull(e.getCause()));
        }
        return rows.dataset();
    }

    private static DatasetException unreadable(Path file, IOException cause) {
        return new DatasetException(
                cause instanceof CharacterCodingException
                        ? file + " is no UTF-8 text; save it as UTF-8"
                        : file + " cannot be read: " + cause.getMessage(),
                cause);
    }

    private void readTabbed(BufferedReader text) throws IOException {
        Map<String, Split> splits = splitLists();
        int number = 0;
        int inNoSplit = 0;
        for (String line = text.readLine(); line != null; line = text.readLine()) {
            number++;
            String where = file + " line " + number;
            Matcher matcher = TABBED.matcher(number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line);
            String content = line;
            boolean matches = matcher.matches();
            if (matches && !splits.isEmpty() && !splits.containsKey(matcher.group("image"))) {
                inNoSplit++;
                continue;
            }
            rows.badRows().row(() -> {
                if (matches) {
                    String image = matcher.group("image");
                    add(image, matcher.group("caption"), splits.get(image), where);
                } else if (!content.isBlank()) {
                    throw new DatasetException(where + " is not a picture's name, a tab and a caption");
                }
            });
        }
        if (inNoSplit > 0) {
            LOG.info("{} captions of {} are of pictures in none of the lists of splits, and left out", inNoSplit, file);
        }
    }

    /** The lists beside the file, one picture a line; {@code dev} is what others call {@code val}. */
    private Map<String, Split> splitLists() throws IOException {
        Map<String, Split> splits = new HashMap<>();
        Path folder = Objects.requireNonNullElse(file.getParent(), Path.of(""));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.txt")) {
            for (Path list : files) {
                Matcher matcher = SPLIT_LIST.matcher(String.valueOf(list.getFileName()));
                if (matcher.matches()) {
                    String label = matcher.group(1).toLowerCase(Locale.ROOT);
                    Split split = label.equals("dev") ? Split.VAL : Split.of(label);
                    Files.readAllLines(list).forEach(line -> splits.put(line.strip(), split));
                }
            }
        }
        splits.remove("");
        return splits;
    }

    private void readCsv(CsvReader csv) throws IOException {
        int[] columns = {2};
        boolean[] first = {true};
        boolean[] more = {true};
        while (more[0]) {
            rows.badRows().row(() -> {
                CsvReader.Row row = next(csv);
                if (row == null) {
                    more[0] = false;
                } else if (first[0] && header(row.fields()) > 0) {
                    columns[0] = header(row.fields());
                } else {
                    readRow(row, columns[0]);
                }
                first[0] = false;
            });
        }
    }

    private static CsvReader.@Nullable Row next(CsvReader csv) {
        try {
            return csv.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many columns this first line names; 0 where it is no header. */
    private static int header(List<String> fields) {
        List<String> names = fields.stream()
                .map(field -> field.strip().toLowerCase(Locale.ROOT))
                .toList();
        return names.equals(List.of("image", "caption")) || names.equals(List.of("image", "caption", "split"))
                ? names.size()
                : 0;
    }

    private void readRow(CsvReader.Row row, int columns) {
        List<String> fields = row.fields().stream().map(String::strip).toList();
        String where = file + " line " + row.line();
        String wanted = " (image,caption" + (columns == 3 ? ",split)" : ")");
        if (fields.size() < columns) {
            throw new DatasetException(where + " has " + fields.size() + " of " + columns + " fields" + wanted);
        }
        if (fields.size() > columns) {
            throw new DatasetException(where + " has " + fields.size() + " fields instead of " + columns + wanted
                    + "; put a caption that holds a comma into quotes");
        }
        Split split = columns == 3 ? ExampleRows.split(fields.get(2), where) : null;
        add(fields.get(0), fields.get(1), split, where);
    }

    private void add(String image, String caption, @Nullable Split split, String where) {
        rows.picture(image, image, split, where);
        rows.caption(image, caption);
    }
}
