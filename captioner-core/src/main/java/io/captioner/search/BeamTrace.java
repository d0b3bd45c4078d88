package io.captioner.search;

import io.captioner.nn.HostTensor;
import io.captioner.text.Vocabulary;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** What {@link CaptionProgram} gave, read back into candidates. */
public final class BeamTrace {
    private final LongBuffer tokens;
    private final LongBuffer parents;
    private final FloatBuffer scores;
    private final FloatBuffer logProbabilities;
    private final FloatBuffer attention;
    private final int turns;
    private final int images;
    private final int width;
    private final int places;
    private final int end;

    /** @param outputs of a program over a {@link Vocabulary}, in its order */
    public BeamTrace(List<HostTensor> outputs) {
        this(outputs, Vocabulary.END);
    }

    /**
     * @param outputs of the program, in its order
     * @param end id that ends a caption
     */
    public BeamTrace(List<HostTensor> outputs, int end) {
        this.end = end;
        tokens = outputs.get(0).longs();
        parents = outputs.get(1).longs();
        scores = outputs.get(2).floats();
        logProbabilities = outputs.get(3).floats();
        attention = outputs.get(4).floats();
        turns = (int) outputs.get(4).shape().dim(0);
        images = (int) outputs.get(4).shape().dim(1);
        width = (int) outputs.get(4).shape().dim(2);
        places = (int) outputs.get(4).shape().dim(3);
    }

    /** N. */
    public int images() {
        return images;
    }

    /** The candidates of one image for a request, best first; all samples where captions were drawn. Never empty. */
    public List<Hypothesis> hypotheses(int image, Request request) {
        return hypotheses(image, request, request.form());
    }

    /** @param form of the program that was run; one that can do what is asked for */
    List<Hypothesis> hypotheses(int image, Request request, SearchForm form) {
        double penalty = request.options().lengthPenalty();
        int maxWords = request.options().maxLength();
        if (form.pool()) {
            return new LaneReader(this, request, form).hypotheses(image);
        }
        if (request.options().sampling().samples() == 0) {
            return hypotheses(image, request.maxTokens(), maxWords, penalty);
        }
        List<Hypothesis> samples = ended(image, request.maxTokens(), penalty);
        samples.addAll(running(Math.min(turns, request.maxTokens()) - 1, image, maxWords, penalty));
        return ranked(samples);
    }

    /**
     * The candidates of one image, best first: those that ended, or, where none did, those still running after {@code maxTokens}. Never
     * empty: where rules left no word at all, there is a candidate without words.
     *
     * @param image from 0
     * @param maxTokens tokens at most, as given to the program
     * @param maxWords words at most; a running candidate is cut to it
     * @param lengthPenalty exponent of the number of tokens that divides the sum
     */
    public List<Hypothesis> hypotheses(int image, int maxTokens, int maxWords, double lengthPenalty) {
        List<Hypothesis> candidates = ended(image, maxTokens, lengthPenalty);
        for (int turn = Math.min(turns, maxTokens) - 1; candidates.isEmpty() && turn >= 0; turn--) {
            candidates = running(turn, image, maxWords, lengthPenalty);
        }
        return ranked(candidates);
    }

    static List<Hypothesis> ranked(List<Hypothesis> candidates) {
        if (candidates.isEmpty()) {
            return List.of(new Hypothesis(List.of(), false, 0));
        }
        candidates.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        return candidates;
    }

    private List<Hypothesis> ended(int image, int maxTokens, double lengthPenalty) {
        List<Hypothesis> ended = new ArrayList<>();
        for (int turn = 0; turn < Math.min(turns, maxTokens); turn++) {
            for (int row = 0; row < width; row++) {
                int at = at(turn, image, row);
                if (scores.get(at) > BeamSearch.POSSIBLE && tokens.get(at) == end) {
                    ended.add(read(turn, image, row, Integer.MAX_VALUE, lengthPenalty));
                }
            }
        }
        return ended;
    }

    private List<Hypothesis> running(int turn, int image, int maxWords, double lengthPenalty) {
        List<Hypothesis> running = new ArrayList<>();
        for (int row = 0; row < width; row++) {
            int at = at(turn, image, row);
            if (scores.get(at) > BeamSearch.POSSIBLE && tokens.get(at) != end) {
                running.add(read(turn, image, row, maxWords, lengthPenalty));
            }
        }
        return running;
    }

    /** Follows the parents from a chosen word back to the first. */
    Hypothesis read(int turn, int image, int row, int maxWords, double lengthPenalty) {
        List<Hypothesis.Token> path = new ArrayList<>();
        int current = row;
        for (int t = turn; t >= 0; t--) {
            int at = at(t, image, current);
            if (t < maxWords) {
                float[] alpha = new float[places];
                attention.get(at * places, alpha);
                path.add(new Hypothesis.Token((int) tokens.get(at), logProbabilities.get(at), alpha));
            }
            current = (int) parents.get(at);
        }
        Collections.reverse(path);
        boolean ended = path.get(path.size() - 1).id() == end;
        double sum = path.stream().mapToDouble(Hypothesis.Token::logProbability).sum();
        return new Hypothesis(path, ended, sum / Math.pow(path.size(), lengthPenalty));
    }

    /** Turns made. */
    int turns() {
        return turns;
    }

    boolean isCandidate(int turn, int image, int row) {
        return score(turn, image, row) > BeamSearch.POSSIBLE;
    }

    boolean ends(int turn, int image, int row) {
        return tokens.get(at(turn, image, row)) == end;
    }

    /** Summed log-probability. */
    double score(int turn, int image, int row) {
        return scores.get(at(turn, image, row));
    }

    private int at(int turn, int image, int row) {
        return (turn * images + image) * width + row;
    }
}
