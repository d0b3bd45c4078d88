package io.captioner.train;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.spi.BackendProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends on the class path that training needs. */
final class Backends {
    private Backends() {}

    /** The one that trains: the one of this name, or the only one there is. */
    static TrainingBackend training(@Nullable Backend wanted) {
        List<TrainingBackend> installed = load(TrainingBackend.class);
        if (wanted == null && installed.size() > 1) {
            throw new BackendException(
                    "several backends train: " + names(installed) + "; name one of them with backend(...)");
        }
        return installed.stream()
                .filter(backend -> wanted == null || backend.backend().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new BackendException((wanted == null
                                ? "no backend that trains is installed"
                                : "backend " + wanted + " is not installed or cannot train")
                        + "; those that train: " + names(installed)
                        + "; add io.captioner:captioner-djl to the class path"));
    }

    /** The one that runs a frozen encoder: the one of this name, else ONNX Runtime, which is the fastest, else the one that trains. */
    static BackendProvider features(@Nullable Backend wanted, BackendProvider fallback) {
        List<BackendProvider> installed = load(BackendProvider.class);
        Backend name = wanted == null ? Backend.ONNX : wanted;
        return installed.stream()
                .filter(backend -> backend.backend().equals(name))
                .findFirst()
                .orElseGet(() -> {
                    if (wanted != null && !wanted.equals(fallback.backend())) {
                        throw new BackendException("backend " + wanted + " is not installed; installed are "
                                + names(installed) + "; add io.captioner:captioner-" + wanted + " to the class path");
                    }
                    return fallback;
                });
    }

    private static <T> List<T> load(Class<T> type) {
        return ServiceLoader.load(type).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static String names(List<? extends BackendProvider> backends) {
        return backends.isEmpty()
                ? "none"
                : backends.stream().map(backend -> backend.backend().name()).collect(Collectors.joining(", "));
    }
}
