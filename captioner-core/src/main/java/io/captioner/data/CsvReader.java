package io.captioner.data;

import io.captioner.DatasetException;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values as RFC 4180 says: a field in quotes may hold commas, line breaks and doubled quotes; lines end in LF or CRLF.
 * Empty lines are passed over.
 */
final class CsvReader {
    /** A line, or several where a quoted field goes over them. */
    record Row(int line, List<String> fields) {}

    private static final int END = -1;

    private final Reader text;
    private final String file;
    private int next;
    private int line = 1;

    /** @param file how messages name it */
    CsvReader(Reader text, String file) throws IOException {
        this.text = text;
        this.file = file;
        next = text.read();
        if (next == '\ufeff') { // some editors on Windows begin a text with a byte order mark
            next = text.read();
        }
    }

    /**
     * The next row, or null at the end.
     *
     * @throws DatasetException when quotes are wrong; the row behind it can be read still
     */
    @Nullable
    Row next() throws IOException {
        while (next != END) {
            int start = line;
            List<String> fields = row();
            if (fields.size() > 1 || !fields.get(0).isBlank()) {
                return new Row(start, fields);
            }
        }
        return null;
    }

    private List<String> row() throws IOException {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(next == '"' ? quoted() : plain());
            if (next != ',') {
                endLine();
                return fields;
            }
            take();
        }
    }

    private int take() throws IOException {
        int taken = next;
        next = text.read();
        return taken;
    }

    private void endLine() throws IOException {
        if (take() == '\r' && next == '\n') {
            take();
        }
        line++;
    }

    private boolean isEnd() {
        return next == END || next == '\r' || next == '\n';
    }

    private String plain() throws IOException {
        StringBuilder field = new StringBuilder();
        while (next != ',' && !isEnd()) {
            field.append((char) take());
        }
        return field.toString();
    }

    private String quoted() throws IOException {
        int start = line;
        StringBuilder field = new StringBuilder();
        take();
        while (true) {
            if (next == END) {
                throw new DatasetException(file + " line " + start + ": a quote is opened and never closed");
            }
            char c = (char) take();
            if (c == '"' && next == '"') {
                field.append((char) take());
            } else if (c == '"') {
                break;
            } else {
                line += c == '\n' ? 1 : 0;
                field.append(c);
            }
        }
        if (next != ',' && !isEnd()) {
            int wrong = line;
            while (!isEnd()) {
                take();
            }
            endLine();
            throw new DatasetException(file + " line " + wrong
                    + ": text follows a closing quote; a quote inside of a quoted caption is written twice");
        }
        return field.toString();
    }
}
