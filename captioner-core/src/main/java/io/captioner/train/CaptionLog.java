package io.captioner.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;

/**
 * Writes what each epoch says of the same pictures, a JSON object a line: {@code {"epoch": 1, "step": 375, "captions": [{"image": ..., "text":
 * ..., "references": [...]}, ...]}}. When a training is resumed, lines after the checkpoint it goes on from are dropped.
 */
final class CaptionLog implements TrainingListener {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final LineFile file;

    CaptionLog(Path file) {
        this.file = new LineFile(file, "captions");
    }

    @Override
    public void onStart(Start start) {
        file.begin(start, "", line -> isUpTo(start.step(), line));
    }

    /** A line that a crash cut short counts as none. */
    private static boolean isUpTo(long step, String line) {
        try {
            return JsonParser.parseString(line) instanceof JsonObject object
                    && object.get("step") instanceof JsonPrimitive at
                    && at.getAsLong() <= step;
        } catch (JsonParseException | NumberFormatException e) {
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
        file.append(GSON.toJson(line));
    }
}
