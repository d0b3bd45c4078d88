package io.captioner.runtime;

import io.captioner.Captioner;
import io.captioner.ModelException;
import io.captioner.image.ImageTransform;
import io.captioner.pack.ModelPackage;
import io.captioner.spi.BackendProvider;
import io.captioner.spi.CaptionerFactory;
import io.captioner.spi.CaptionerSettings;
import io.captioner.spi.ModelProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Finds the backend and the model that the settings name. */
public final class DefaultCaptionerFactory implements CaptionerFactory {
    @Override
    public Captioner create(CaptionerSettings settings) {
        // the backend first: it is the cheaper mistake to report
        BackendProvider backend = Backends.find(settings.backend());
        // while the model is read
        CompletableFuture<Void> prepared = CompletableFuture.runAsync(CallersLoader.with(backend::prepare))
                .thenRunAsync(CallersLoader.with(ImageTransform::prepare));
        List<ModelPackage> members =
                settings.ensemble().stream().map(ModelPackage::load).toList();
        Captioner captioner =
                DefaultCaptioner.open(EnsemblePackage.of(model(settings.model()), members), backend, settings);
        prepared.cancel(false); // what failed in it fails again where it is needed
        return captioner;
    }

    /** The package in this folder, or the bundled one. */
    public static ModelPackage model(@Nullable Path folder) {
        if (folder != null) {
            return ModelPackage.load(folder);
        }
        return ServiceLoader.load(ModelProvider.class)
                .findFirst()
                .or(() -> ServiceLoader.load(ModelProvider.class, DefaultCaptionerFactory.class.getClassLoader())
                        .findFirst())
                .map(ModelPackage::load)
                .orElseThrow(
                        () -> new ModelException(
                                "no model was named and none is bundled; name the folder of a model"
                                        + " package with model(...), or add the dependency io.captioner:captioner-default-model"));
    }
}
