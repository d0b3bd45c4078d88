package io.captioner.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What ONNX Runtime computes on a GPU, from the table in {@code cuda-kernels.txt}. */
final class CudaKernels {
    /**
     * @param types of the data, as the table names them
     * @param onHost inputs that are read on the host
     * @param gives whether the output lies on the host
     */
    record Kernel(Set<String> types, Set<Integer> onHost, boolean gives) {}

    private final Map<String, Kernel> kernels = new HashMap<>();

    CudaKernels() throws IOException {
        try (InputStream table = CudaKernels.class.getResourceAsStream("/cuda-kernels.txt")) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(this::read);
        }
    }

    private void read(String line) {
        String[] words = line.split("\\s+");
        Set<String> types = new HashSet<>();
        Set<Integer> onHost = new HashSet<>();
        boolean gives = false;
        for (String word : words) {
            if (word.matches("float|int64|bool|uint8")) {
                types.add(word);
            } else if (word.matches("\\d")) {
                onHost.add(Integer.valueOf(word));
            } else {
                gives |= word.equals("h");
            }
        }
        String[] sets = words[1].split("-", 2);
        boolean serves = Integer.parseInt(sets[0]) <= ModelWriter.OPERATOR_SET
                && (sets[1].isEmpty() || ModelWriter.OPERATOR_SET <= Integer.parseInt(sets[1]));
        if (serves) {
            kernels.put(words[0], new Kernel(types, onHost, gives));
        }
    }

    /** The kernel for this operation on these data; null where there is none. */
    Kernel find(String operation, String type) {
        Kernel kernel = kernels.get(operation);
        return kernel != null && kernel.types().contains(type) ? kernel : null;
    }
}
