/**
 * From a picture in a file, a stream or memory to the pixels that a model reads: {@link io.captioner.image.ImageDecoder}, then {@link
 * io.captioner.image.ImageTransform}. Results are Pillow's and torchvision's, so that weights trained there see the same pixels here.
 */
@NullMarked
package io.captioner.image;

import org.jspecify.annotations.NullMarked;
