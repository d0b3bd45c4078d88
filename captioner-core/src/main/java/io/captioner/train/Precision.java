package io.captioner.train;

/** In what the operands of a training's matrix products are. Weights, sums, losses, norms and everything else stay in 32 bits. */
public enum Precision {
    /** 32 bits: the default. */
    FLOAT32,
    /** 16 bits with the range of 32: faster where the processor multiplies them, and by a hundredth or so less exact. */
    BFLOAT16
}
