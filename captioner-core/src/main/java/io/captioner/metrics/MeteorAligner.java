package io.captioner.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among possible matches those of the alignment (Denkowski and Lavie 2014, section 2.1): each word in one match at most; then the
 * most matched words, the fewest chunks, the smallest distances. A beam goes over the words of the reference from left to right. Where
 * alignments tie, or the beam is too narrow, the result is that of METEOR 1.5, whose order and roundings are kept for that.
 */
final class MeteorAligner {
    private static final int BEAM = 40;

    /**
     * A possible match.
     *
     * @param start its first word in the reference
     * @param captionStart its first word in the caption
     */
    record Match(MeteorStage stage, int start, int length, int captionStart, int captionLength) {}

    private static final Comparator<Path> BEST_FIRST = Comparator.<Path>comparingInt(path -> -path.matched)
            .thenComparingInt(path -> path.chunks)
            .thenComparingInt(path -> path.distance);

    /** Possible matches by their first word in the reference. */
    private final List<List<Match>> matches = new ArrayList<>();

    /** In how many matches each word is. */
    private final int[] captionCoverage;

    private final int[] coverage;

    MeteorAligner(int captionWords, int words) {
        captionCoverage = new int[captionWords];
        coverage = new int[words];
        for (int i = 0; i < words; i++) {
            matches.add(new ArrayList<>());
        }
    }

    void add(Match match) {
        matches.get(match.start()).add(match);
        for (int i = 0; i < match.captionLength(); i++) {
            captionCoverage[match.captionStart() + i]++;
        }
        for (int i = 0; i < match.length(); i++) {
            coverage[match.start() + i]++;
        }
    }

    /** The alignment: for each word of the reference the match that begins there, or null. */
    @Nullable
    Match[] best() {
        List<Path> paths = List.of(withCertainMatches());
        for (int word = 0; word < coverage.length; word++) {
            List<Path> next = new ArrayList<>();
            for (Path path : kept(paths)) {
                extend(path, word, next);
            }
            paths = next;
        }
        List<Path> last = kept(paths);
        last.forEach(Path::closeChunk);
        return last.stream()
                .min(BEST_FIRST)
                .orElseThrow(() -> new IllegalStateException("leaving words out is always possible"))
                .chosen;
    }

    private static List<Path> kept(List<Path> paths) {
        return paths.stream().sorted(BEST_FIRST).limit(BEAM).toList();
    }

    /** A match whose words are in no other one is certain. */
    private Path withCertainMatches() {
        Path path = new Path(captionCoverage.length, coverage.length);
        for (List<Match> here : matches) {
            if (here.size() == 1 && isAlone(here.get(0))) {
                path.take(here.get(0));
            }
        }
        return path;
    }

    private boolean isAlone(Match match) {
        for (int i = 0; i < match.captionLength(); i++) {
            if (captionCoverage[match.captionStart() + i] != 1) {
                return false;
            }
        }
        for (int i = 0; i < match.length(); i++) {
            if (coverage[match.start() + i] != 1) {
                return false;
            }
        }
        return true;
    }

    private void extend(Path path, int word, List<Path> next) {
        if (path.used[word]) {
            Match certain = path.chosen[word];
            if (word >= path.position && certain != null) {
                path.count(certain);
                path.distance += distance(certain);
            }
            next.add(path);
            return;
        }
        for (Match match : matches.get(word)) {
            if (path.isFree(match)) {
                Path longer = new Path(path);
                longer.take(match);
                longer.count(match);
                next.add(longer);
                // METEOR 1.5 adds the distance to the path without the match, and so do we: its scores follow from it
                path.distance += distance(match);
            }
        }
        path.closeChunk();
        path.position++;
        next.add(path);
    }

    private static int distance(Match match) {
        return Math.abs(match.start() - match.captionStart());
    }

    /** An alignment of the words so far. */
    private static final class Path {
        private final @Nullable Match[] chosen;
        private final boolean[] captionUsed;
        private final boolean[] used;
        private int matched;
        private int chunks;
        private int distance;

        /** The next word of the reference that is not part of a match counted. */
        private int position;

        /** The word of the caption behind the last match; -1 where the last word is in none. */
        private int captionEnd = -1;

        Path(int captionWords, int words) {
            chosen = new Match[words];
            captionUsed = new boolean[captionWords];
            used = new boolean[words];
        }

        Path(Path other) {
            chosen = other.chosen.clone();
            captionUsed = other.captionUsed.clone();
            used = other.used.clone();
            matched = other.matched;
            chunks = other.chunks;
            distance = other.distance;
            position = other.position;
            captionEnd = other.captionEnd;
        }

        boolean isFree(Match match) {
            for (int i = 0; i < match.length(); i++) {
                if (used[match.start() + i]) {
                    return false;
                }
            }
            for (int i = 0; i < match.captionLength(); i++) {
                if (captionUsed[match.captionStart() + i]) {
                    return false;
                }
            }
            return true;
        }

        void take(Match match) {
            chosen[match.start()] = match;
            Arrays.fill(used, match.start(), match.start() + match.length(), true);
            Arrays.fill(captionUsed, match.captionStart(), match.captionStart() + match.captionLength(), true);
        }

        void count(Match match) {
            // whole numbers: half a word is rounded down, each time
            matched += (int) (match.length() * match.stage().searchWeight());
            matched += (int) (match.captionLength() * match.stage().searchWeight());
            if (captionEnd != -1 && match.captionStart() != captionEnd) {
                chunks++;
            }
            position = match.start() + match.length();
            captionEnd = match.captionStart() + match.captionLength();
        }

        void closeChunk() {
            if (captionEnd != -1) {
                chunks++;
                captionEnd = -1;
            }
        }
    }
}
