package io.captioner.runtime;

import io.captioner.GenerationOptions;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.PoolCaptionProgram;
import io.captioner.search.PoolTrace;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A model of Hugging Face's, searched as it is there: {@link PoolCaptionProgram}, compiled. */
final class PoolCaptions implements AutoCloseable {
    private final PoolCaptionProgram program;
    private final Executable executable;

    PoolCaptions(CaptionProgram captions, Function<PoolCaptionProgram, Executable> compiler) {
        this.program = new PoolCaptionProgram(captions);
        this.executable = compiler.apply(program);
    }

    /**
     * The candidates of each picture, best first.
     *
     * @param forbidden ids never to write
     * @param prefix ids that every caption begins with
     */
    List<List<Hypothesis>> find(
            HostTensor pixels, GenerationOptions options, Collection<Integer> forbidden, List<Integer> prefix) {
        boolean early = program.captions().special().earlyStopping();
        PoolTrace trace = new PoolTrace(
                executable.run(program.inputs(pixels, options, early, forbidden, prefix)),
                program.captions().special().end());
        return IntStream.range(0, (int) pixels.shape().dim(0))
                .mapToObj(image -> trace.hypotheses(image, options, prefix.size()))
                .toList();
    }

    @Override
    public void close() {
        executable.close();
    }
}
