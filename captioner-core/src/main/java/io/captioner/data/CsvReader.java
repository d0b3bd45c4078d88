package io.captioner.data;

import io.captioner.DatasetException;
import java.util.ArrayList;
import java.util.List;

/**
 * Comma-separated values as RFC 4180 says: a field in quotes may hold commas, line breaks and doubled quotes; lines end in LF or CRLF.
 * Empty lines are passed over.
 */
final class CsvReader {
    /** A line, or several where a quoted field goes over them. */
    record Row(int line, List<String> fields) {}

    private final String text;
    private final String file;
    private int position;
    private int line = 1;

    private CsvReader(String text, String file) {
        this.text = text;
        this.file = file;
    }

    /** @param file how messages name it */
    static List<Row> read(String text, String file) {
        return new CsvReader(text, file).rows();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        while (position < text.length()) {
            int start = line;
            List<String> fields = row();
            if (fields.size() > 1 || !fields.get(0).isBlank()) {
                rows.add(new Row(start, fields));
            }
        }
        return rows;
    }

    private List<String> row() {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(peek() == '"' ? quoted() : plain());
            char next = peek();
            position++;
            if (next != ',') {
                if (next == '\r' && peek() == '\n') {
                    position++;
                }
                line++;
                return fields;
            }
        }
    }

    private String plain() {
        int start = position;
        while (position < text.length() && ",\r\n".indexOf(peek()) < 0) {
            position++;
        }
        return text.substring(start, position);
    }

    private String quoted() {
        int start = line;
        StringBuilder field = new StringBuilder();
        position++;
        while (true) {
            if (position >= text.length()) {
                throw new DatasetException(file + " line " + start + ": a quote is opened and never closed");
            }
            char c = text.charAt(position++);
            if (c == '"' && peek() == '"') {
                field.append('"');
                position++;
            } else if (c == '"') {
                break;
            } else {
                line += c == '\n' ? 1 : 0;
                field.append(c);
            }
        }
        if (position < text.length() && ",\r\n".indexOf(peek()) < 0) {
            throw new DatasetException(file + " line " + line
                    + ": text follows a closing quote; a quote inside of a quoted caption is written twice");
        }
        return field.toString();
    }

    /** The next character, a line feed at the end. */
    private char peek() {
        return position < text.length() ? text.charAt(position) : '\n';
    }
}
