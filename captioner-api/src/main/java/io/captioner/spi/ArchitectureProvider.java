package io.captioner.spi;

import java.util.Map;

/**
 * Architectures of one's own, found by {@link java.util.ServiceLoader}, so that a model package that names them can be loaded.
 */
public interface ArchitectureProvider {
    /**
     * The name that is written into a package, and the record that holds the hyper-parameters; the record implements {@link
     * io.captioner.nn.EncoderArchitecture}, {@link io.captioner.nn.AttentionArchitecture} or {@link io.captioner.nn.DecoderArchitecture}. Names are
     * unique over all providers; captioner's own carry no dot, so give yours one: {@code com.example.MyAttention}.
     */
    Map<String, Class<? extends Record>> architectures();
}
