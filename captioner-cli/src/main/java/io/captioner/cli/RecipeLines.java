package io.captioner.cli;

import io.captioner.OptionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** In which line of a JSON text each key stands, by its path: {@code epochs}, {@code phases[1].learningRate}. */
final class RecipeLines {
    private final Map<String, Integer> lines = new HashMap<>();
    private final Deque<Level> levels = new ArrayDeque<>();
    private int line = 1;

    /** An object or array that is being read. */
    private static final class Level {
        final String prefix;
        final boolean array;
        String key = "";
        int index;

        Level(String prefix, boolean array) {
            this.prefix = prefix;
            this.array = array;
        }

        String path() {
            return array ? prefix + "[" + index + "]" : prefix.isEmpty() ? key : prefix + "." + key;
        }
    }

    /**
     * @param name of the text in messages
     * @param json well-formed
     * @throws OptionException where a key stands twice
     */
    RecipeLines(String name, String json) {
        String lastText = "";
        for (int at = 0; at < json.length(); at++) {
            char c = json.charAt(at);
            Level level = levels.peek();
            switch (c) {
                case '\n' -> line++;
                case '"' -> {
                    int end = closingQuote(json, at);
                    lastText = json.substring(at + 1, end);
                    at = end;
                }
                case '{', '[' -> levels.push(new Level(level == null ? "" : level.path(), c == '['));
                case '}', ']' -> levels.pop();
                case ',' -> {
                    if (level != null) {
                        level.index++;
                    }
                }
                case ':' -> {
                    if (level != null) {
                        level.key = lastText;
                        note(name, level.path());
                    }
                }
                default -> {}
            }
        }
    }

    private void note(String name, String path) {
        Integer first = lines.putIfAbsent(path, line);
        if (first != null) {
            throw new OptionException(name + ", line " + line + ": " + path + " stands there a second time, after line "
                    + first + "; keep one of them");
        }
    }

    private static int closingQuote(String json, int opening) {
        int at = opening + 1;
        while (at < json.length() && json.charAt(at) != '"') {
            at += json.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, json.length());
    }

    /** Empty for what has no line. */
    String of(String path) {
        Integer found = lines.get(path);
        return found == null ? "" : ", line " + found;
    }
}
