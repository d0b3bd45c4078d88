package io.captioner.benchmarks;

import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.onnx.OnnxBackend;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** P4: the decoder alone, from features of 81 places: 32 photos at once, greedy, and one photo with a beam of three. */
final class DecodingWork {
    /**
     * Batches of a turn, and photos. After a second without work a core takes a while to be at its speed (batches of 43 ms, of 37 without such a
     * wait), and the captioner waits for the contenders longer than they wait for it.
     */
    private static final int BATCHES = 5;

    private static final int PHOTOS = 30;

    private final Setting setting;
    private final ModelPackage model;
    private final String suffix;

    /** @param suffix of the keys */
    DecodingWork(Setting setting, ModelPackage model, String suffix) {
        this.setting = setting;
        this.model = model;
        this.suffix = suffix;
    }

    void measure() {
        CaptionProgram program = CaptionProgram.fromFeatures(
                model.architecture(),
                model.architecture().encoder().grid(SizedModel.EDGE, SizedModel.EDGE),
                SizedModel.WORDS);
        try (Executable executable =
                new OnnxBackend().compile(program, model.weights(), Device.cpu(), setting.threads())) {
            List<HostTensor> batch = program.inputs(features(32), SizedModel.options(1), List.of());
            Map<String, String> keys = new LinkedHashMap<>();
            keys.put("fast", "P4.batch" + suffix);
            keys.put("seed", "P4.batch.seed" + suffix);
            setting.compare(Work.repeated("decode.batch32", BATCHES, () -> executable.run(batch)), keys);
            List<HostTensor> one = program.inputs(features(1), SizedModel.options(3), List.of());
            Work beam = Work.repeated("decode.beam3", PHOTOS, () -> executable.run(one));
            Map<String, String> beamKeys = new LinkedHashMap<>();
            beamKeys.put("seed", "P4.beam" + suffix);
            beamKeys.put("fast", "P4.beam.fast" + suffix);
            setting.compare(beam, beamKeys);
        }
    }

    private static HostTensor features(int photos) {
        Random random = new Random(1);
        float[] values = new float[photos * TrainingWork.PLACES * TrainingWork.FEATURES];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return HostTensor.ofFloats(Shape.of(photos, TrainingWork.PLACES, TrainingWork.FEATURES), values);
    }
}
