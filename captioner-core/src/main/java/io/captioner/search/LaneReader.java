package io.captioner.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads the candidates of a search with a {@link Pool}: lanes beside each other, of which each left twice as many candidates in a turn as it has
 * rows. Of groups all lanes count, of banks the last.
 */
final class LaneReader {
    private final BeamTrace trace;
    private final Request request;
    private final boolean banks;
    private final int lanes;

    LaneReader(BeamTrace trace, Request request, SearchForm form) {
        this.trace = trace;
        this.request = request;
        this.banks = form == SearchForm.BANKS;
        this.lanes = banks ? request.banks() : request.options().diversity().groups();
    }

    /** Best first; never empty. */
    List<Hypothesis> hypotheses(int image) {
        List<Hypothesis> found = new ArrayList<>();
        for (int lane = banks ? lanes - 1 : 0; lane < lanes; lane++) {
            List<Hypothesis> finished = finished(image, lane);
            // where nothing has ended: what was under way last
            found.addAll(finished.isEmpty() ? underWay(image, lane, this::isSaid) : finished);
        }
        // where rules left no way to say all that must be said: as much of it as can be
        for (int lane = lanes - 1; found.isEmpty() && lane >= 0; lane--) {
            found.addAll(underWay(image, lane, any -> true));
        }
        return BeamTrace.ranked(found);
    }

    private boolean isSaid(Hypothesis one) {
        return request.isSaid(one.tokens().stream().map(Hypothesis.Token::id).toList());
    }

    /** As Hugging Face has it: what ended, or reached the limit, as many as the lane has rows. Else what ended. */
    private List<Hypothesis> finished(int image, int lane) {
        List<Hypothesis> found = new ArrayList<>();
        for (int turn = 0; turn < turns(); turn++) {
            boolean last = request.pooled() && turn == request.maxTokens() - 1;
            for (int row = lane * perLane(); row < (lane + 1) * perLane(); row++) {
                if (trace.isCandidate(turn, image, row) && (last || trace.ends(turn, image, row))) {
                    found.add(read(turn, image, row));
                }
            }
        }
        found.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        return found.subList(0, Math.min(request.laneWidth(), found.size()));
    }

    private List<Hypothesis> underWay(int image, int lane, Predicate<Hypothesis> wanted) {
        List<Hypothesis> found = new ArrayList<>();
        for (int turn = turns() - 1; found.isEmpty() && turn >= 0; turn--) {
            for (int row = lane * perLane(); row < (lane + 1) * perLane(); row++) {
                if (trace.isCandidate(turn, image, row) && !trace.ends(turn, image, row)) {
                    found.add(read(turn, image, row));
                }
            }
            found.removeIf(wanted.negate());
        }
        return found;
    }

    /** The score is the search's own, with what a group lost to another; words of the prefix do not count in Hugging Face's length. */
    private Hypothesis read(int turn, int image, int row) {
        double penalty = request.options().lengthPenalty();
        Hypothesis read = trace.read(turn, image, row, request.options().maxLength(), penalty);
        if (!request.pooled() && request.options().diversity().groups() == 1) {
            return read;
        }
        int length = turn + 1 - (request.pooled() ? request.prefix().size() : 0);
        double score = trace.score(turn, image, row) / Math.pow(Math.max(1, length), penalty);
        return new Hypothesis(read.tokens(), read.ended(), score);
    }

    private int turns() {
        return Math.min(trace.turns(), request.maxTokens());
    }

    private int perLane() {
        return 2 * request.laneWidth();
    }
}
