package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.BlipText;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.Gpt2;
import io.captioner.model.HuggingFaceViT;
import io.captioner.model.MobileNetV2;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.ResNet;
import io.captioner.model.RuledDecoder;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VariationalRnn;
import io.captioner.model.VisionTransformer;
import io.captioner.spi.ArchitectureProvider;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The names of architectures in packages: captioner's own, and those of every {@link ArchitectureProvider}. */
final class ArchitectureRegistry {
    private static final List<Class<? extends Record>> OWN = List.of(
            EfficientNetLite.class,
            MobileNetV2.class,
            ResNet.class,
            VisionTransformer.class,
            HuggingFaceViT.class,
            AttentionLstm.class,
            AttentionRnn.class,
            PlainRnn.class,
            VariationalRnn.class,
            TransformerDecoder.class,
            Gpt2.class,
            BlipText.class,
            RuledDecoder.class,
            AdditiveAttention.class,
            ScaledDotAttention.class,
            MultiHeadAttention.class);

    private final Map<String, Class<? extends Record>> types;

    private ArchitectureRegistry(Map<String, Class<? extends Record>> types) {
        this.types = types;
    }

    /** What is on the class path now. */
    static ArchitectureRegistry installed() {
        try {
            return of(ServiceLoader.load(ArchitectureProvider.class));
        } catch (ServiceConfigurationError e) {
            throw new ModelException(
                    "an " + ArchitectureProvider.class.getName() + " on the class path cannot be loaded: "
                            + e.getMessage(),
                    e);
        }
    }

    static ArchitectureRegistry of(Iterable<ArchitectureProvider> providers) {
        Map<String, Class<? extends Record>> types = new TreeMap<>();
        OWN.forEach(type -> types.put(type.getSimpleName(), type));
        for (ArchitectureProvider provider : providers) {
            provider.architectures().forEach((name, type) -> {
                Class<? extends Record> before = types.put(name, type);
                if (before != null && before != type) {
                    throw new ModelException("two architectures are named " + name + ": " + before.getName() + " and "
                            + type.getName() + " of " + provider.getClass().getName() + "; one must change its name");
                }
            });
        }
        return new ArchitectureRegistry(types);
    }

    /** The record of a name that a package holds at {@code where}. */
    Class<? extends Record> type(String name, String where) {
        Class<? extends Record> type = types.get(name);
        if (type == null) {
            throw new ModelException(where + " is of type " + name + ", which is not known here; known are "
                    + types.keySet() + ". Put the jar on the class path whose " + ArchitectureProvider.class.getName()
                    + " names " + name);
        }
        return type;
    }

    /** The name under which a record is saved. */
    String name(Class<?> type) {
        return types.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new ModelException(type.getName() + " has no name in a package; add an "
                        + ArchitectureProvider.class.getName() + " that names it (known are " + types.keySet() + ")"));
    }
}
