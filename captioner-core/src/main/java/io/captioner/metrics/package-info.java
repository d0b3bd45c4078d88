/** What captions are worth: tokens as coco-caption counts them, BLEU, ROUGE-L, CIDEr and CIDEr-D, diversity, intervals and comparisons. */
@NullMarked
package io.captioner.metrics;

import org.jspecify.annotations.NullMarked;
