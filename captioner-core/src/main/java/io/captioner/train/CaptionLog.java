package io.captioner.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.captioner.CaptionerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes what each epoch says of the same pictures, a JSON object a line: {@code {"epoch": 1, "step": 375, "captions": [{"image": ..., "text":
 * ..., "references": [...]}, ...]}}. When a training is resumed, lines after the checkpoint it goes on from are dropped.
 */
final class CaptionLog implements TrainingListener {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Path file;

    CaptionLog(Path file) {
        this.file = file;
    }

    @Override
    public void onStart(Start start) {
        try {
            StringBuilder kept = new StringBuilder();
            if (start.step() > 0 && Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    if (isUpTo(start.step(), line)) {
                        kept.append(line).append('\n');
                    }
                }
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(temporary, kept);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A line that a crash cut short counts as none. */
    private static boolean isUpTo(long step, String line) {
        try {
            return JsonParser.parseString(line) instanceof JsonObject object
                    && object.get("step").getAsLong() <= step;
        } catch (JsonParseException e) {
            return false;
        }
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        if (epoch.samples().isEmpty()) {
            return;
        }
        JsonObject line = new JsonObject();
        line.addProperty("epoch", epoch.epoch());
        line.addProperty("step", epoch.step());
        line.add("captions", GSON.toJsonTree(epoch.samples()));
        try {
            Files.writeString(file, GSON.toJson(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private CaptionerException failure(IOException e) {
        return new CaptionerException("captions " + file + " cannot be written: " + e.getMessage(), e);
    }
}
