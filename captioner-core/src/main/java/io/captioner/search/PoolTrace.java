package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.nn.HostTensor;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** What {@link PoolCaptionProgram} gave, read back into candidates. */
public final class PoolTrace {
    private final LongBuffer tokens;
    private final LongBuffer parents;
    private final FloatBuffer scores;
    private final FloatBuffer logProbabilities;
    private final FloatBuffer attention;
    private final LongBuffer running;
    private final LongBuffer open;
    private final int turns;
    private final int images;
    private final int candidates;
    private final int places;
    private final int end;

    /**
     * @param outputs of the program, in its order
     * @param end id that ends a caption
     */
    public PoolTrace(List<HostTensor> outputs, int end) {
        tokens = outputs.get(0).longs();
        parents = outputs.get(1).longs();
        scores = outputs.get(2).floats();
        logProbabilities = outputs.get(3).floats();
        attention = outputs.get(4).floats();
        running = outputs.get(5).longs();
        open = outputs.get(6).longs();
        turns = (int) outputs.get(4).shape().dim(0);
        images = (int) outputs.get(4).shape().dim(1);
        candidates = (int) outputs.get(4).shape().dim(2);
        places = (int) outputs.get(4).shape().dim(3);
        this.end = end;
    }

    /**
     * The pool of one image, best first: as many as the beam is wide at most, one at least.
     *
     * @param image from 0
     * @param options as given to the program
     * @param prefix number of words that the captions begin with; they do not count in the length that divides
     */
    public List<Hypothesis> hypotheses(int image, GenerationOptions options, int prefix) {
        int width = candidates / 2;
        int most = PoolCaptionProgram.maxTokens(options);
        List<Hypothesis> pool = new ArrayList<>();
        for (int turn = 0; turn < Math.min(turns, most) && open.get(turn * images + image) == 1; turn++) {
            double divisor = Math.pow(Math.max(1, turn + 1 - prefix), options.lengthPenalty());
            for (int rank = 0; rank < width; rank++) {
                int at = at(turn, image, rank);
                boolean done = tokens.get(at) == end || turn == most - 1;
                if (done && scores.get(at) > BeamSearch.POSSIBLE) {
                    pool.add(new Hypothesis(path(turn, image, rank), tokens.get(at) == end, scores.get(at) / divisor));
                }
            }
            pool.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
            pool.subList(Math.min(width, pool.size()), pool.size()).clear();
        }
        return pool;
    }

    /** Follows the parents from a chosen word back to the first. */
    private List<Hypothesis.Token> path(int turn, int image, int candidate) {
        List<Hypothesis.Token> path = new ArrayList<>();
        int current = candidate;
        for (int t = turn; t >= 0; t--) {
            int at = at(t, image, current);
            float[] alpha = new float[places];
            attention.get(at * places, alpha);
            path.add(new Hypothesis.Token((int) tokens.get(at), logProbabilities.get(at), alpha));
            if (t > 0) {
                int row = (int) parents.get(at);
                current = (int) running.get(((t - 1) * images + image) * (candidates / 2) + row);
            }
        }
        Collections.reverse(path);
        return path;
    }

    private int at(int turn, int image, int candidate) {
        return (turn * images + image) * candidates + candidate;
    }
}
