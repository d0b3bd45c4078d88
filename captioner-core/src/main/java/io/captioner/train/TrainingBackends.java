package io.captioner.train;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.runtime.Backends;
import io.captioner.spi.BackendProvider;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends on the class path that training needs. */
final class TrainingBackends {
    private TrainingBackends() {}

    /** The one that trains: the one of this name, or the only one there is. */
    static TrainingBackend find(@Nullable Backend wanted) {
        List<TrainingBackend> installed = installed();
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
                        + "; add the dependency io.captioner:captioner-djl"));
    }

    /** The one that runs a frozen encoder: the one of this name, else the fastest installed, else the one that trains. */
    static BackendProvider forFeatures(@Nullable Backend wanted, BackendProvider trainer) {
        if (wanted == null && Backends.installed().isEmpty()
                || trainer.backend().equals(wanted)) {
            return trainer;
        }
        return Backends.find(wanted);
    }

    private static List<TrainingBackend> installed() {
        try {
            List<TrainingBackend> found = load(Thread.currentThread().getContextClassLoader());
            return found.isEmpty() ? load(TrainingBackends.class.getClassLoader()) : found;
        } catch (ServiceConfigurationError e) {
            throw new BackendException("a backend on the class path cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static List<TrainingBackend> load(@Nullable ClassLoader loader) {
        return ServiceLoader.load(TrainingBackend.class, loader).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static String names(List<TrainingBackend> backends) {
        return backends.isEmpty()
                ? "none"
                : backends.stream().map(backend -> backend.backend().name()).collect(Collectors.joining(", "));
    }
}
