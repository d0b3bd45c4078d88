package io.captioner.examples;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.onnx.OnnxExporter;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.DefaultCaptionerFactory;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes the bundled model as one ONNX file and runs it with nothing but ONNX Runtime, as a program in Python, C++ or JavaScript would: the
 * inputs, the words and an example are in the file's metadata. Usage: {@code ExportAndRunElsewhere [PHOTO]}.
 */
public final class ExportAndRunElsewhere {
    private ExportAndRunElsewhere() {}

    /** Exports, runs and prints the caption. */
    public static void main(String[] arguments) throws IOException, OrtException {
        Path photo = Path.of(arguments.length > 0 ? arguments[0] : "docs/photos/china.jpg");
        ModelPackage model = DefaultCaptionerFactory.model(null);
        Path file = Files.createTempDirectory("export").resolve("captioner.onnx");
        OnnxExporter.of(model).write(file);
        System.out.println(file + ": " + run(file, photo, model.transform()));
    }

    /** What another program does; only the pixels are made with captioner's help here. */
    static String run(Path file, Path photo, ImageTransform transform) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString())) {
            String[] words = session.getMetadata()
                    .getCustomMetadataValue("vocabulary")
                    .orElseThrow()
                    .split("\n");
            try (OnnxTensor pixels = OnnxTensor.createTensor(
                            environment,
                            transform.apply(List.of(ImageInput.of(photo))).bytes(),
                            new long[] {1, 3, transform.height(), transform.width()},
                            OnnxJavaType.UINT8);
                    OnnxTensor beamWidth = scalar(environment, 3);
                    OnnxTensor maxTokens = scalar(environment, 21);
                    OnnxTensor bias = OnnxTensor.createTensor(environment, bias(words.length));
                    OnnxTensor penalty =
                            OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[] {0f}), new long[0]);
                    OrtSession.Result result = session.run(Map.of(
                            "pixels", pixels,
                            "beam_width", beamWidth,
                            "max_tokens", maxTokens,
                            "word_bias", bias,
                            "length_penalty", penalty))) {
                long[] ids = ((long[][]) result.get("ids").orElseThrow().getValue())[0];
                List<String> caption = Arrays.stream(ids)
                        .takeWhile(id -> id != 2)
                        .mapToObj(id -> words[(int) id])
                        .toList();
                return String.join(" ", caption);
            }
        }
    }

    private static OnnxTensor scalar(OrtEnvironment environment, long value) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {value}), new long[0]);
    }

    /** Forbids padding, start and the unknown word. */
    private static float[] bias(int words) {
        float[] bias = new float[words];
        for (int id : new int[] {0, 1, 3}) {
            bias[id] = -1e9f;
        }
        return bias;
    }
}
