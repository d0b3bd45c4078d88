package io.captioner.metrics;

/** How METEOR matches words, in this order; what an earlier stage matched is worth more or as much. */
public enum MeteorStage {
    /** The same word. */
    EXACT("exact", 1.0),
    /** The same stem. */
    STEM("stem", 0.6),
    /** A common set of synonyms of WordNet. */
    SYNONYM("synonym", 0.8),
    /** An entry of the paraphrase table. */
    PARAPHRASE("paraphrase", 0.6);

    private final String label;
    private final double weight;

    MeteorStage(String label, double weight) {
        this.label = label;
        this.weight = weight;
    }

    /** The name in signatures, for example {@code stem}. */
    public String label() {
        return label;
    }

    /** What a matched word counts in the score, with the parameters of the English ranking task. */
    double weight() {
        return weight;
    }

    /** What a match counts while alignments are searched: METEOR sets these apart from the score's. */
    double searchWeight() {
        return this == EXACT ? 1 : 0.5;
    }
}
