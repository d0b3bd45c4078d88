/**
 * Reports for people, each one HTML file that needs no network and no script: {@link io.captioner.report.TrainingReport} of a training, {@link
 * io.captioner.report.CaptionReport} of captions with where the model looked.
 */
@NullMarked
package io.captioner.report;

import org.jspecify.annotations.NullMarked;
