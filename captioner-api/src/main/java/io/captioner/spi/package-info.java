/**
 * What is found by {@link java.util.ServiceLoader}: backends, architectures and bundled models. For authors of plug-ins; applications
 * need none of it.
 */
@NullMarked
package io.captioner.spi;

import org.jspecify.annotations.NullMarked;
