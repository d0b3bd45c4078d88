package io.captioner.runtime;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.spi.BackendProvider;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends on the class path, the preferred one first. */
public final class Backends {
    private static final Map<String, String> COORDINATES = Map.of(
            Backend.ONNX.name(), "io.captioner:captioner-onnx",
            Backend.DJL.name(), "io.captioner:captioner-djl");

    private Backends() {}

    /** All that are installed: ONNX first, then by name. */
    public static List<BackendProvider> installed() {
        List<BackendProvider> found = load(Thread.currentThread().getContextClassLoader());
        if (found.isEmpty()) {
            found = load(Backends.class.getClassLoader());
        }
        return found;
    }

    private static List<BackendProvider> load(@Nullable ClassLoader loader) {
        return ServiceLoader.load(BackendProvider.class, loader).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing((BackendProvider provider) -> isNamed(provider, Backend.ONNX) ? 0 : 1)
                        .thenComparing(provider -> provider.backend().name()))
                .toList();
    }

    /** By the names, because the first comparison of two records takes milliseconds of a process's start. */
    private static boolean isNamed(BackendProvider provider, Backend backend) {
        return provider.backend().name().equals(backend.name());
    }

    /**
     * The backend of this name, or the preferred one.
     *
     * @throws BackendException when it is not installed; the message lists what is, and what to add
     */
    public static BackendProvider find(@Nullable Backend wanted) {
        List<BackendProvider> installed = installed();
        Optional<BackendProvider> found = installed.stream()
                .filter(provider -> wanted == null || isNamed(provider, wanted))
                .findFirst();
        return found.orElseThrow(() -> new BackendException(missing(wanted, installed)));
    }

    private static String missing(@Nullable Backend wanted, List<BackendProvider> installed) {
        String names = installed.isEmpty()
                ? "none"
                : installed.stream().map(provider -> provider.backend().name()).collect(Collectors.joining(", "));
        if (wanted == null) {
            return "no backend is on the class path; add the dependency " + COORDINATES.get(Backend.ONNX.name())
                    + " or " + COORDINATES.get(Backend.DJL.name());
        }
        String coordinate = COORDINATES.get(wanted.name());
        String cure = coordinate == null
                ? "add the dependency that provides it, or choose one that is installed"
                : "add the dependency " + coordinate;
        return "backend \"" + wanted + "\" is not on the class path (installed: " + names + "); " + cure;
    }
}
