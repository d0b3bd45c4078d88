/** How far a caption can be trusted: a calibrated probability, and whether the photo is like those the model was trained on. */
@NullMarked
package io.captioner.confidence;

import org.jspecify.annotations.NullMarked;
