package io.captioner.pack;

import io.captioner.ModelException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model came to be. Immutable; what is not known is empty.
 *
 * @param trainer the program that trained it
 * @param captionerVersion the version of captioner that saved it
 * @param dataset the data set's name
 * @param datasetHash SHA-256 of its content, as {@code CaptionDataset.hash} gives it
 * @param recipe every setting of the training by name, as printed
 * @param created when the training ended
 * @param metrics measured quality by name, for example {@code val.bleu4}; finite numbers
 * @param licence of the weights, for example an SPDX identifier
 * @param notices that must go along with the weights
 */
public record Provenance(
        String trainer,
        String captionerVersion,
        String dataset,
        String datasetHash,
        Map<String, String> recipe,
        Instant created,
        Map<String, Double> metrics,
        String licence,
        List<String> notices) {

    public Provenance {
        recipe = Collections.unmodifiableMap(new LinkedHashMap<>(recipe));
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        notices = List.copyOf(notices);
        metrics.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new ModelException("the metric " + name + " is " + value + "; it must be finite");
            }
        });
    }

    /** Trained by {@code trainer}, finished at {@code created}, all else empty. */
    public static Provenance of(String trainer, Instant created) {
        return new Provenance(trainer, version(), "", "", Map.of(), created, Map.of(), "", List.of());
    }

    public Provenance withDataset(String name, String hash) {
        return new Provenance(trainer, captionerVersion, name, hash, recipe, created, metrics, licence, notices);
    }

    public Provenance withRecipe(Map<String, String> settings) {
        return new Provenance(
                trainer, captionerVersion, dataset, datasetHash, settings, created, metrics, licence, notices);
    }

    public Provenance withMetrics(Map<String, Double> measured) {
        return new Provenance(
                trainer, captionerVersion, dataset, datasetHash, recipe, created, measured, licence, notices);
    }

    public Provenance withLicence(String name, List<String> texts) {
        return new Provenance(trainer, captionerVersion, dataset, datasetHash, recipe, created, metrics, name, texts);
    }

    /** The running version, from the jar's manifest. */
    private static String version() {
        String version = Provenance.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
