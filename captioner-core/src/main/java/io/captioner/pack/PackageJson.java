package io.captioner.pack;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.io.StrictJson;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.tags.Tags;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content of {@code captioner.json}. */
record PackageJson(
        String id,
        CaptionerArchitecture architecture,
        ImageTransform transform,
        PackageWords words,
        GenerationOptions generation,
        Provenance provenance,
        @Nullable Reliability reliability,
        @Nullable Tags tags) {
    /** Raised when an older captioner could misread what is written. */
    static final int FORMAT = 1;

    private static final Set<String> FIELDS = new LinkedHashSet<>(
            List.of("format", "id", "architecture", "transform", "special", "generation", "provenance"));
    private static final String RELIABILITY = "reliability";
    private static final String TAGS = "tags";
    private static final List<String> OPTIONAL = List.of(RELIABILITY, TAGS);

    String write(ArchitectureRegistry registry) {
        RecordJson records = new RecordJson(registry);
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("id", id);
        json.add("architecture", records.write(architecture));
        json.add("transform", records.write(transform));
        json.add("special", words.toJson());
        json.add("generation", records.write(generation));
        json.add("provenance", records.write(provenance));
        if (reliability != null) {
            json.add(RELIABILITY, records.write(reliability));
        }
        if (tags != null) {
            json.add(TAGS, records.write(tags));
        }
        // made here, because it takes longer than to read a package, which has no need of it
        Gson printer = new GsonBuilder()
                .setPrettyPrinting()
                .serializeNulls()
                .disableHtmlEscaping()
                .create();
        return printer.toJson(json) + "\n";
    }

    /** @param file how messages name it */
    static PackageJson read(String text, String file, ArchitectureRegistry registry) {
        JsonObject json = RecordReader.object(StrictJson.parse(text, file, ModelException::new), file);
        requireFormat(json, file);
        for (String field : FIELDS) {
            if (!json.has(field)) {
                throw new ModelException(file + ": " + field + " is missing");
            }
        }
        for (String field : json.keySet()) {
            if (!FIELDS.contains(field) && !OPTIONAL.contains(field)) {
                throw new ModelException(
                        file + ": " + field + " is not known; the file has " + FIELDS + " and may have " + OPTIONAL);
            }
        }
        JsonElement id = json.get("id");
        if (!id.isJsonPrimitive() || !id.getAsJsonPrimitive().isString()) {
            throw new ModelException(file + ": id is " + id + "; it must be a string");
        }
        RecordJson records = new RecordJson(registry);
        return new PackageJson(
                id.getAsString(),
                records.read(json.get("architecture"), CaptionerArchitecture.class, file + ": architecture"),
                records.read(json.get("transform"), ImageTransform.class, file + ": transform"),
                PackageWords.read(json.get("special"), file + ": special"),
                records.read(
                        json.get("generation"),
                        GenerationOptions.class,
                        file + ": generation",
                        GenerationOptions.greedy()),
                records.read(json.get("provenance"), Provenance.class, file + ": provenance"),
                json.has(RELIABILITY)
                        ? records.read(json.get(RELIABILITY), Reliability.class, file + ": " + RELIABILITY)
                        : null,
                json.has(TAGS) ? records.read(json.get(TAGS), Tags.class, file + ": " + TAGS) : null);
    }

    private static void requireFormat(JsonObject json, String file) {
        JsonElement format = json.get("format");
        if (format == null) {
            throw new ModelException(file + ": format is missing; is this a model package?");
        }
        if (!format.toString().equals(String.valueOf(FORMAT))) {
            throw new ModelException(file + " has format " + format + "; this version of captioner reads format "
                    + FORMAT + ": use the version that wrote it, or a newer one");
        }
    }
}
