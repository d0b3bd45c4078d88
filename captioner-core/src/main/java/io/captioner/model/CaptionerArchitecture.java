package io.captioner.model;

import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;

/**
 * The parts of a captioner. Weights of the encoder are named {@code encoder.*}, those of the decoder {@code decoder.*}.
 *
 * @param encoder picture to features
 * @param decoder features to words
 */
public record CaptionerArchitecture(EncoderArchitecture encoder, DecoderArchitecture decoder) {}
