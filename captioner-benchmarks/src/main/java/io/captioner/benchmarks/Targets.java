package io.captioner.benchmarks;

import static io.captioner.benchmarks.Target.atLeast;
import static io.captioner.benchmarks.Target.atMost;

import java.util.List;

/** What captioner is measured by. Further keys of a run have no bound. */
final class Targets {
    static final List<Target> ALL = List.of(
            atLeast("P1.fp32", 2.8, "one caption, greedy: times as fast as seed PyTorch"),
            atLeast("P1.fp32.onnxruntime", 1.4, "... as ONNX Runtime's encoder and the fast PyTorch decoder"),
            atLeast("P1.int8", 5, "one caption in int8, greedy: times as fast as seed PyTorch"),
            atLeast("P1.int8.onnxruntime", 2.5, "... as ONNX Runtime's encoder and the fast PyTorch decoder"),
            atLeast("P2.fp32", 3.5, "one caption, beam 3: times as fast as seed PyTorch"),
            atLeast("P2.int8", 6, "one caption in int8, beam 3: times as fast as seed PyTorch"),
            atLeast("P3.fp32", 2.6, "256 photos in batches of 32: times as fast as fast PyTorch"),
            atLeast("P3.int8", 4.5, "256 photos in batches of 32 in int8: times as fast as fast PyTorch"),
            atLeast("P4.batch", 2, "decoder, 32 photos, greedy: times as fast as fast PyTorch"),
            atLeast("P4.beam", 6, "decoder, one photo, beam 3: times as fast as seed PyTorch"),
            atLeast("P5.seed", 2.4, "training step, the worst of three: times as fast as seed PyTorch"),
            atLeast("P5.fast", 1, "training step, the worst of three: times as fast as fast PyTorch"),
            atLeast("P5.bf16", 1, "training step in bf16: times as fast as fast PyTorch in bf16"),
            atLeast("P6", 0.95, "an epoch over cached features: share of the bare steps' rate"),
            atMost("P7", 0.1, "share of a caption's time outside encoder and decoder"),
            atMost("P7.bytes", 2e6, "bytes allocated for a caption beside the picture"),
            atLeast("P8", 0.95, "share of bare ONNX Runtime's rate"),
            atMost("P9", 1.2, "seconds from process start to caption"),
            atLeast("P9.ratio", 2, "times as fast as Python's import torch, load and caption"),
            atMost("P10", 400, "MB resident in that process at most"),
            atMost("P10.package", 12, "MB of the model package"),
            atLeast("P11", 0.9, "16 callers gathered in batches: share of full batches' rate by hand"));

    private Targets() {}
}
