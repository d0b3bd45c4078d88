package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BestCaptionProgram;
import io.captioner.search.CaptionProgram;
import io.captioner.text.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes a program with its weights as one self-contained {@code .onnx} file (operator set 17), for any ONNX runtime in any language.
 * Inputs and outputs have the program's names; parameters keep their own. Immutable.
 *
 * <pre>{@code
 * OnnxExporter.of(program, weights).metadata(Map.of("licence", "Apache-2.0")).write(Path.of("captioner.onnx"));
 * }</pre>
 */
public final class OnnxExporter {
    /** A protocol buffer ends at 2^31 bytes; the graph itself takes its share. */
    private static final long LARGEST = 2_000_000_000L;

    private final Program program;
    private final WeightSource weights;
    private final Map<String, String> metadata;
    private final List<HostTensor> example;

    private OnnxExporter(
            Program program, WeightSource weights, Map<String, String> metadata, List<HostTensor> example) {
        this.program = program;
        this.weights = weights;
        this.metadata = metadata;
        this.example = example;
    }

    /**
     * An export of a whole captioner, {@link BestCaptionProgram}: pixels in, ids, scores and attention out. Its metadata hold the model's
     * id, its words (one a line, in the order of their ids), its licence, and how to make the inputs.
     */
    public static OnnxExporter of(ModelPackage model) {
        Tokenizer.SpecialIds special = model.vocabulary().special();
        Program program = new BestCaptionProgram(CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(special));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("model_id", model.id());
        metadata.put(
                "vocabulary",
                IntStream.range(0, model.vocabulary().size())
                        .mapToObj(id -> model.vocabulary().word(id).replace("\n", "\\n"))
                        .collect(Collectors.joining("\n")));
        metadata.put("transform", model.transform().toString());
        metadata.put("licence", model.provenance().licence());
        metadata.put(
                "usage",
                "pixels: RGB bytes, resized as transform says, (N, 3, H, W). beam_width: 1 (greedy) to 64. max_tokens: at least 2, the"
                        + " end included. word_bias: zeros, -1e9 for words never to write"
                        + (special.never().isEmpty()
                                ? ""
                                : ", as the ids " + special.never() + ", which are no words of a caption")
                        + (model.architecture().decoder().latentSize() > 0
                                ? ". latent: standard normal numbers, (N, 1, "
                                        + model.architecture().decoder().latentSize()
                                        + "), others for other captions; zeros for the prior's mean"
                                : "")
                        + ". length_penalty: 0 to rank"
                        + " by the sum of log-probabilities. ids: end at " + special.end()
                        + "; look them up in vocabulary.");
        return of(program, model.weights()).metadata(metadata);
    }

    /** An export of {@code program}, whose parameters are in {@code weights}. */
    public static OnnxExporter of(Program program, WeightSource weights) {
        return new OnnxExporter(program, weights, Map.of(), example(program));
    }

    /**
     * What the file says of itself, readable in every runtime. {@code inputs} and {@code outputs} are described where {@code entries}
     * do not.
     */
    public OnnxExporter metadata(Map<String, String> entries) {
        return new OnnxExporter(program, weights, new LinkedHashMap<>(entries), example);
    }

    /**
     * What the written file is tried with. Default: a batch of one, every other unknown extent 1, zeros, but 1 for INT64.
     *
     * @param inputs one for each port of the program, in order
     */
    public OnnxExporter example(List<HostTensor> inputs) {
        return new OnnxExporter(program, weights, metadata, List.copyOf(inputs));
    }

    /**
     * Writes the file: to a temporary one beside it, which is loaded and run once before it takes the name. An existing file is
     * replaced; where anything fails it stays as it was.
     *
     * @throws ModelException when a parameter is missing or has another shape, the weights exceed 2 GB, or the file cannot be written
     * @throws io.captioner.BackendException when ONNX Runtime cannot load or run what was written
     */
    public void write(Path file) {
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, weights));
        ModelProto model = Int8Graph.rewrite(writer.write(described(), LARGEST), Ranges.of(weights));
        if (!writer.external().outside().isEmpty()) {
            throw new ModelException(
                    "the weights are too large for one file: ONNX holds at most 2 GB; export with fewer");
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path draft = Files.createTempFile(folder, file.getFileName() + ".", ".part");
            try {
                try (OutputStream stream = Files.newOutputStream(draft)) {
                    model.writeTo(stream);
                }
                try (Executable executable =
                        OnnxExecutable.load(OrtRuntime.get(), draft, program.inputs(), Device.cpu(), 0)) {
                    executable.run(example);
                }
                move(draft, file);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new ModelException(file + " cannot be written: " + e, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Map<String, String> described() {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putIfAbsent(
                "inputs",
                program.inputs().stream()
                        .map(port -> port.name() + " " + port.type() + " " + port.shape())
                        .collect(Collectors.joining("; ")));
        all.putIfAbsent("outputs", String.join("; ", program.outputs()));
        return all;
    }

    private static List<HostTensor> example(Program program) {
        return program.inputs().stream().map(OnnxExporter::example).toList();
    }

    private static HostTensor example(Port port) {
        Shape shape = port.shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            shape = shape.dim(axis) == Shape.UNKNOWN ? shape.with(axis, 1) : shape;
        }
        HostTensor zeros = HostTensor.allocate(port.type(), shape);
        if (port.type() != DType.INT64) {
            return zeros;
        }
        ByteBuffer ones = zeros.bytes();
        while (ones.hasRemaining()) {
            ones.putLong(1);
        }
        return zeros;
    }
}
