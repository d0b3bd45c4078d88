package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.EfficientNetLite;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.search.EncoderProgram;
import io.captioner.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said where a GPU cannot be used. The messages in quotes are those of ONNX Runtime 1.28.0 with one part missing at a time. */
class CudaTest {
    private static final String LOAD =
            "provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get()"
                    + " [ONNXRuntimeError] : 1 : FAIL : Failed to load library /tmp/onnxruntime-java1/libonnxruntime_providers_cuda.so"
                    + " with error: ";
    private static final String PARSE =
            "cuda_execution_provider_info.cc:62 static onnxruntime::CUDAExecutionProviderInfo"
                    + " onnxruntime::CUDAExecutionProviderInfo::FromProviderOptions(const onnxruntime::ProviderOptions&)"
                    + " [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 Parse Failed to parse provider option"
                    + " \"device_id\": ";
    private static final String RUN =
            "Non-zero status code returned while running Conv node. Name:'encoder.conv_stem/Conv' Status"
                    + " Message: cuda_kernel.h:272 [ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : ";

    private final Device device = Device.cuda(0);

    /** Whether the runtime for GPUs is tested: profile cuda. */
    private static boolean hasGpuJar() {
        String provider = "/ai/onnxruntime/native/linux-x64/libonnxruntime_providers_cuda.so";
        return OrtEnvironment.class.getResource(provider) != null;
    }

    private static Executable compile(Device device) {
        Program twice = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(Shape.UNKNOWN))),
                List.of("y"),
                (parameters, in) -> List.of(in.get(0).plus(in.get(0))));
        return new OnnxBackend().compile(twice, new Fixed.Weights(Map.of()), device, 2);
    }

    @Test
    void saysWhichPartOfCudaIsMissingOrHowManyGpusThereAre() {
        assumeTrue(hasGpuJar(), "without onnxruntime_gpu: run with -Pcuda");
        assertThatThrownBy(() -> compile(Device.cuda(999)))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith("cuda:999 cannot be used by ONNX Runtime: ")
                .hasMessageMatching(".*( is not found; install |must be between 0 and|no NVIDIA GPU is visible).*");
    }

    @Test
    void namesTheJarWhereItComputesOnTheCpuOnly() {
        assumeFalse(hasGpuJar(), "with onnxruntime_gpu");
        assertThatThrownBy(() -> compile(Device.cuda(1)))
                .isInstanceOf(BackendException.class)
                .hasMessage("cuda:1 cannot be used by ONNX Runtime: its jar computes on the CPU only; put"
                        + " com.microsoft.onnxruntime:onnxruntime_gpu:" + OnnxBackend.VERSION
                        + " in place of onnxruntime");
    }

    @ParameterizedTest
    @CsvSource({
        "libcublasLt.so.12, CUDA 12",
        "libcudart.so.12, CUDA 12",
        "libcurand.so.10, CUDA 12",
        "libcuda.so.1, driver",
        "libcudnn.so.9, cuDNN 9"
    })
    void namesTheLibraryThatIsMissingAndWhereItComesFrom(String library, String part) {
        assertThat(Cuda.cure(device, LOAD + library + ": cannot open shared object file: No such file or directory"))
                .startsWith(library + " is not found; ")
                .contains(part);
    }

    @Test
    void namesCudnnWhenTheFirstConvolutionMissesIt() {
        String message =
                RUN + "cuDNN is unavailable or disabled for CUDA Execution Provider: dlopen failed for libcudnn.so:"
                        + " libcudnn.so: cannot open shared object file: No such file or directory";
        OrtException cause = new OrtException(message);
        assertThat(Cuda.isMissing(cause)).isTrue();
        assertThat(Cuda.failure(device, cause))
                .hasMessageContaining("install cuDNN 9")
                .hasCause(cause);
    }

    @Test
    void tellsHowManyGpusThereAre() {
        assertThat(Cuda.cure(
                        Device.cuda(2),
                        PARSE + "cuda_execution_provider_info.cc:70 operator() Invalid device ID: 2, must be between 0"
                                + " (inclusive) and 2 (exclusive)."))
                .isEqualTo("there are 2 GPUs; the index must be between 0 and 1, as nvidia-smi numbers them");
        assertThat(Cuda.cure(
                        Device.cuda(1),
                        PARSE + "cuda_execution_provider_info.cc:70 operator() Invalid device ID: 1, must be between 0"
                                + " (inclusive) and 1 (exclusive)."))
                .isEqualTo("there is one GPU; the index must be between 0 and 0");
    }

    @Test
    void tellsAMissingGpuFromAnOldDriver() {
        assertThat(Cuda.cure(
                        device,
                        PARSE + "CUDA failure 100: no CUDA-capable device is detected ; GPU=0 ; hostname=vm ; line=69"))
                .startsWith("CUDA says \"no CUDA-capable device is detected\" (100); no NVIDIA GPU is visible");
        assertThat(
                        Cuda.cure(
                                device,
                                PARSE
                                        + "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0"))
                .contains("the driver is too old");
    }

    @Test
    void tellsThatBothJarsAreThere() {
        assertThat(Cuda.cure(device, "CUDA execution provider is not enabled in this build."))
                .contains("exclude com.microsoft.onnxruntime:onnxruntime");
    }

    @Test
    void quotesWhatItDoesNotKnowAndListsWhatIsNeeded() {
        assertThat(Cuda.cure(device, "something new\nat a place"))
                .startsWith("something new; it needs")
                .contains("cuDNN 9");
    }

    @Test
    void computesAnInt8PackageInFloatingPoint() {
        Program program = new EncoderProgram(new EfficientNetLite(0), ImageTransform.squash(64));
        Weights weights = ParameterShapes.initial(program::bind, 3);
        ModelProto plain = Fixed.model(program, weights);
        Map<String, Range> ranges = new QuantizableGraph(plain.getGraph(), StoredValues.INSIDE)
                .units().stream().collect(Collectors.toMap(QuantizableGraph.Unit::output, unit -> new Range(0, 6)));
        Weights quantised = weights.plus(Weights.of(Ranges.tensors(ranges)));

        assertThat(operations(OnnxBackend.on(Device.cpu(), plain, StoredValues.INSIDE, quantised, false)))
                .contains("QuantizeLinear");
        assertThat(OnnxBackend.on(device, plain, StoredValues.INSIDE, quantised, false))
                .isSameAs(plain);
    }

    private static List<String> operations(ModelProto model) {
        return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    }
}
