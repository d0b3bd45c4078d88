package io.captioner.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.captioner.BackendException;
import io.captioner.Device;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA GPUs: how ONNX Runtime is to use one, and what its refusals mean. */
final class Cuda {
    private static final Pattern LIBRARY =
            Pattern.compile("(lib[A-Za-z0-9_]+\\.so[.0-9]*|[A-Za-z0-9_]+\\.dll)\"?: cannot");
    private static final Pattern DEVICES =
            Pattern.compile("must be between 0 \\(inclusive\\) and (\\d+) \\(exclusive\\)");
    private static final Pattern FAILURE = Pattern.compile("CUDA failure (\\d+): ([^;]+)");

    private Cuda() {}

    /**
     * Lets sessions of these options run on a GPU.
     *
     * @throws BackendException when it is not there; says which part is missing and how to get it
     */
    static void add(SessionOptions options, Device device) {
        try {
            OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index());
            try (cuda) {
                // Exactness first: the same captions as on the CPU, to the last bits of 32.
                cuda.add("use_tf32", device.tensorFloat32() ? "1" : "0");
                // Batches come in many sizes; an exhaustive search for the best convolution would start anew at each.
                cuda.add("cudnn_conv_algo_search", "HEURISTIC");
                // Memory grows by what is asked for. Doubling it would take twice what a batch needs.
                cuda.add("arena_extend_strategy", "kSameAsRequested");
                if (device.memoryLimit() > 0) {
                    cuda.add("gpu_mem_limit", Long.toString(device.memoryLimit()));
                }
                options.addCUDA(cuda);
            }
        } catch (OrtException e) {
            throw failure(device, e);
        }
    }

    /** Whether a failure of a session comes from what is around it: a library, the driver, memory. */
    static boolean isMissing(OrtException cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("CUDA failure") || message.contains("cuDNN is unavailable");
    }

    /** What a failure to use a GPU comes from, with the cure. */
    static BackendException failure(Device device, OrtException cause) {
        String message = String.valueOf(cause.getMessage());
        return new BackendException(device + " cannot be used by ONNX Runtime: " + cure(device, message), cause);
    }

    /** Of what the runtime says: the missing part and how to get it. */
    static String cure(Device device, String message) {
        if (message.contains("Failed to find CUDA shared provider")) {
            return "its jar computes on the CPU only; put com.microsoft.onnxruntime:onnxruntime_gpu:"
                    + OnnxBackend.VERSION + " in place of onnxruntime";
        }
        if (message.contains("not enabled in this build")) {
            return "onnxruntime and onnxruntime_gpu are both on the class path and the former comes first; exclude"
                    + " com.microsoft.onnxruntime:onnxruntime";
        }
        Matcher library = LIBRARY.matcher(message);
        if (library.find()) {
            return library(library.group(1));
        }
        Matcher devices = DEVICES.matcher(message);
        if (devices.find()) {
            int found = Integer.parseInt(devices.group(1));
            return "there " + (found == 1 ? "is one GPU" : "are " + found + " GPUs")
                    + "; the index must be between 0 and " + (found - 1)
                    + (found == 1 ? "" : ", as nvidia-smi numbers them");
        }
        if (message.contains("cuDNN is unavailable")) {
            return library("libcudnn.so.9");
        }
        Matcher failure = FAILURE.matcher(message);
        if (failure.find()) {
            return failure(failure.group(1), failure.group(2).strip());
        }
        return firstLine(message) + "; it needs com.microsoft.onnxruntime:onnxruntime_gpu:" + OnnxBackend.VERSION
                + " in place of onnxruntime, an NVIDIA driver, CUDA 12 and cuDNN 9";
    }

    private static String library(String name) {
        String missing = name + " is not found; ";
        if (name.startsWith("libcuda.") || name.startsWith("nvcuda")) {
            return missing
                    + "it comes with NVIDIA's driver: install that (in a container: start it with --gpus all); nvidia-smi"
                    + " must work";
        }
        if (name.contains("cudnn")) {
            return missing + "install cuDNN 9 for CUDA 12 and put its folder on LD_LIBRARY_PATH (PATH on Windows)";
        }
        return missing
                + "install CUDA 12 (its runtime libraries suffice) and put their folder on LD_LIBRARY_PATH (PATH on"
                + " Windows)";
    }

    private static String failure(String code, String what) {
        String said = "CUDA says \"" + what + "\" (" + code + "); ";
        return switch (code) {
            case "35" -> said + "the driver is too old for CUDA 12: install version 525 or later";
            case "100" ->
                said + "no NVIDIA GPU is visible: see nvidia-smi and CUDA_VISIBLE_DEVICES, or choose Device.cpu()";
            case "2" -> said + "the GPU's memory is taken: end other programs, or caption smaller batches";
            default -> said + "see whether nvidia-smi works, or choose Device.cpu()";
        };
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
