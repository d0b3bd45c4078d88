/**
 * What an application names: build a {@link io.captioner.Captioner}, give it pictures, read {@link io.captioner.Caption captions}.
 *
 * <pre>{@code
 * try (Captioner captioner = Captioner.builder().backend(Backend.ONNX).build()) {
 *     Caption caption = captioner.caption(ImageInput.of(Path.of("photo.jpg")));
 *     System.out.println(caption.text());
 * }
 * }</pre>
 */
@NullMarked
package io.captioner;

import org.jspecify.annotations.NullMarked;
