package io.captioner.benchmarks;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * P1, P2 and P3: JPEG bytes to text through the public API, one photo a call, greedy and with a beam of three, and in batches of 32.
 * Whatever form a model package has, {@code fp32} or another, is measured in the same way.
 */
final class CaptioningWork {
    private static final int PHOTOS = 8;
    private static final int MANY = 256;
    private static final int BATCH = 32;
    private static final int LONG_ROUNDS = 3;

    private final Setting setting;
    private final Path model;
    private final String form;

    /**
     * @param model folder of a package of the {@link SizedModel}
     * @param form the last part of the keys
     */
    CaptioningWork(Setting setting, Path model, String form) {
        this.setting = setting;
        this.model = model;
        this.form = form;
    }

    void single() {
        List<byte[]> photos = Setting.read(setting.photos(PHOTOS));
        try (Captioner captioner = open()) {
            GenerationOptions greedy = SizedModel.options(1);
            setting.compare(
                    new Work("caption.greedy", PHOTOS, () -> oneByOne(captioner, photos, greedy)),
                    styles("P1." + form));
            GenerationOptions beam = SizedModel.options(3);
            setting.compare(
                    new Work("caption.beam3", PHOTOS, () -> oneByOne(captioner, photos, beam)), styles("P2." + form));
        }
    }

    void batches() {
        List<byte[]> photos = Setting.read(setting.photos(MANY));
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("fast", "P3." + form);
        keys.put("onnx", "P3." + form + ".onnxruntime");
        try (Captioner captioner = open()) {
            for (int at = 0; at < MANY / 2; at += BATCH) {
                caption(captioner, photos.subList(at, at + BATCH), SizedModel.options(1));
            }
            Work work = new Work("caption.batch32", MANY, () -> {
                for (int at = 0; at < MANY; at += BATCH) {
                    caption(captioner, photos.subList(at, at + BATCH), SizedModel.options(1));
                }
            });
            setting.compare(work, keys, Math.min(setting.rounds(), LONG_ROUNDS));
        }
    }

    private static Map<String, String> styles(String key) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("seed", key);
        keys.put("fast", key + ".fast");
        keys.put("onnx", key + ".onnxruntime");
        return keys;
    }

    private Captioner open() {
        return Captioner.builder()
                .backend(Backend.ONNX)
                .model(model)
                .threads(setting.threads())
                .build();
    }

    private static void oneByOne(Captioner captioner, List<byte[]> photos, GenerationOptions options) {
        for (byte[] photo : photos) {
            caption(captioner, List.of(photo), options);
        }
    }

    private static void caption(Captioner captioner, List<byte[]> photos, GenerationOptions options) {
        List<Caption> captions =
                captioner.captionAll(photos.stream().map(ImageInput::of).toList(), options);
        for (Caption caption : captions) {
            if (caption.words().size() != options.maxLength()) {
                throw new IllegalStateException(
                        "a caption of " + caption.words().size() + " words, expected " + options.maxLength());
            }
        }
    }
}
