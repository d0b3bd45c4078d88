package io.captioner;

import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.GenerationOptions.Diversity;
import io.captioner.GenerationOptions.Guidance;
import io.captioner.GenerationOptions.Rules;
import io.captioner.GenerationOptions.Sampling;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The settings of a {@link GenerationOptions.Builder}, a method each, in the order of the record's components. Those of a group are checked by
 * making the group, as soon as one is set.
 */
abstract sealed class GenerationSettings permits GenerationOptions.Builder {
    private int beamWidth;
    private int maxLength;
    private double lengthPenalty;
    private int alternatives;
    private Set<String> forbiddenWords;
    private int samples;
    private long seed;
    private double temperature;
    private int topK;
    private double topP;
    private double minP;
    private double typicalP;
    private int minLength;
    private double repetitionPenalty;
    private int noRepeatNgram;
    private String prefix;
    private String lastWord;
    private BeamEnd beamEnd;
    private List<Set<String>> mustSay;
    private int groups;
    private double diversityPenalty;
    private double tagThreshold;
    private Map<String, List<String>> tagWords;

    GenerationSettings(GenerationOptions of) {
        beamWidth = of.beamWidth();
        maxLength = of.maxLength();
        lengthPenalty = of.lengthPenalty();
        alternatives = of.alternatives();
        forbiddenWords = of.forbiddenWords();
        samples = of.sampling().samples();
        seed = of.sampling().seed();
        temperature = of.sampling().temperature();
        topK = of.sampling().topK();
        topP = of.sampling().topP();
        minP = of.sampling().minP();
        typicalP = of.sampling().typicalP();
        minLength = of.rules().minLength();
        repetitionPenalty = of.rules().repetitionPenalty();
        noRepeatNgram = of.rules().noRepeatNgram();
        prefix = of.rules().prefix();
        lastWord = of.rules().lastWord();
        beamEnd = of.rules().beamEnd();
        mustSay = of.rules().mustSay();
        groups = of.diversity().groups();
        diversityPenalty = of.diversity().penalty();
        tagThreshold = of.guidance().threshold();
        tagWords = of.guidance().words();
    }

    abstract GenerationOptions.Builder self();

    final GenerationOptions options() {
        return new GenerationOptions(
                beamWidth,
                maxLength,
                lengthPenalty,
                alternatives,
                forbiddenWords,
                sampling(),
                rules(),
                diversity(),
                guidance());
    }

    /** Candidates kept at each word: more find likelier captions and take longer. 1 to 64, default 1 (greedy search). */
    public final GenerationOptions.Builder beamWidth(int beamWidth) {
        this.beamWidth = beamWidth;
        Limits.between("beam width", beamWidth, 1, GenerationOptions.MAX_BEAM_WIDTH);
        return self();
    }

    /** Words of a caption at most, 1 to 512 and less than the model has positions for; default 20. */
    public final GenerationOptions.Builder maxLength(int maxLength) {
        this.maxLength = maxLength;
        Limits.between("maximum length", maxLength, 1, GenerationOptions.MAX_LENGTH);
        return self();
    }

    /** Exponent of the length that divides a caption's sum of log-probabilities: above 0 longer captions are favoured. -10 to 10, default 0. */
    public final GenerationOptions.Builder lengthPenalty(double lengthPenalty) {
        this.lengthPenalty = lengthPenalty;
        Limits.between("length penalty", lengthPenalty, -10, 10);
        return self();
    }

    /** How many further candidates a caption brings along, best first; 0 to beamWidth - 1, default 0. */
    public final GenerationOptions.Builder alternatives(int alternatives) {
        this.alternatives = alternatives;
        Limits.between("number of alternatives", alternatives, 0, GenerationOptions.MAX_BEAM_WIDTH - 1);
        return self();
    }

    /**
     * Words, or phrases of words with spaces between them, never to write, in place of those named before; each word must be in the model's
     * vocabulary. Default none.
     */
    public final GenerationOptions.Builder forbiddenWords(String... words) {
        this.forbiddenWords = Set.copyOf(List.of(words));
        return self();
    }

    /** Captions to draw, up to 64; 0, the default, to search instead. The beam width stays 1 then. */
    public final GenerationOptions.Builder samples(int samples) {
        this.samples = samples;
        sampling();
        return self();
    }

    /** Of the drawing, and of the latents of a model that has any, in a search too; default 0. */
    public final GenerationOptions.Builder seed(long seed) {
        this.seed = seed;
        sampling();
        return self();
    }

    /** Divides the logits of what is drawn: below 1 likely words are drawn more often, above 1 less. Above 0 to 100, default 1. */
    public final GenerationOptions.Builder temperature(double temperature) {
        this.temperature = temperature;
        sampling();
        return self();
    }

    /** How many of the likeliest words to draw from; 0, the default, for all. */
    public final GenerationOptions.Builder topK(int topK) {
        this.topK = topK;
        sampling();
        return self();
    }

    /** Probability that the words to draw from reach together, the likeliest first; above 0 to 1, default 1 (all). */
    public final GenerationOptions.Builder topP(double topP) {
        this.topP = topP;
        sampling();
        return self();
    }

    /** Least share of the likeliest word's probability that a word to draw has; 0 to 1, default 0 (all). */
    public final GenerationOptions.Builder minP(double minP) {
        this.minP = minP;
        sampling();
        return self();
    }

    /** Probability that the words to draw from reach together, the most typical first; above 0 to 1, default 1 (all). */
    public final GenerationOptions.Builder typicalP(double typicalP) {
        this.typicalP = typicalP;
        sampling();
        return self();
    }

    /** Words at least, 0 to the maximum length; default 0. */
    public final GenerationOptions.Builder minLength(int minLength) {
        this.minLength = minLength;
        rules();
        return self();
    }

    /**
     * What makes words that a caption has already said less likely (above 1) or likelier (below 1): negative scores are multiplied by it, positive
     * ones divided (Keskar et al. 2019). Above 0 to 100, default 1 (nothing).
     */
    public final GenerationOptions.Builder repetitionPenalty(double repetitionPenalty) {
        this.repetitionPenalty = repetitionPenalty;
        rules();
        return self();
    }

    /** No so many words in a row twice, 0 to 512; 0, the default, for no such rule. */
    public final GenerationOptions.Builder noRepeatNgram(int noRepeatNgram) {
        this.noRepeatNgram = noRepeatNgram;
        rules();
        return self();
    }

    /** Words that every caption begins with; each must be in the model's vocabulary. Default none. */
    public final GenerationOptions.Builder prefix(String prefix) {
        this.prefix = prefix;
        rules();
        return self();
    }

    /** Last word of a caption that reaches the maximum length. Default none. */
    public final GenerationOptions.Builder lastWord(String lastWord) {
        this.lastWord = lastWord;
        rules();
        return self();
    }

    /** When a beam search ends; default {@link BeamEnd#NARROWING}. */
    public final GenerationOptions.Builder beamEnd(BeamEnd end) {
        this.beamEnd = end;
        return self();
    }

    /**
     * Words, or phrases of words with spaces between them, that a caption must say, besides those asked for before: constrained beam search
     * (Anderson et al. 2017). Each takes a beam more for each of its words. At most 8, and not with samples or groups. Default none.
     */
    public final GenerationOptions.Builder mustSay(String... words) {
        for (String word : words) {
            mustSayOneOf(word);
        }
        return self();
    }

    /** Words or phrases of which a caption must say one, besides what was asked for before; counts as one of {@link #mustSay}. */
    public final GenerationOptions.Builder mustSayOneOf(String... alternatives) {
        List<Set<String>> all = new ArrayList<>(mustSay);
        all.add(new LinkedHashSet<>(List.of(alternatives)));
        this.mustSay = all;
        rules();
        return self();
    }

    /** Beams that keep away from each other, 1 (the default, one beam) to the beam width, which must be a multiple of it. */
    public final GenerationOptions.Builder groups(int groups) {
        this.groups = groups;
        diversity();
        return self();
    }

    /**
     * What a word loses for each row of an earlier group that has just written it, 0 to 100, default 0.5. Hugging Face's default is 0, which does
     * nothing.
     */
    public final GenerationOptions.Builder diversityPenalty(double diversityPenalty) {
        this.diversityPenalty = diversityPenalty;
        diversity();
        return self();
    }

    /**
     * Probability from which the caption says what the model's classifier sees, above 0 to 1; 0, the default, for no such guidance. Only for models
     * whose package has tags; others refuse it when they caption. The picture is encoded once, for classifier and caption alike.
     */
    public final GenerationOptions.Builder tagThreshold(double threshold) {
        this.tagThreshold = threshold;
        guidance();
        return self();
    }

    /** What says a label of the classifier, over what the package has; default nothing. See {@link Guidance}. */
    public final GenerationOptions.Builder tagWords(Map<String, List<String>> words) {
        this.tagWords = words;
        this.tagWords = guidance().words();
        return self();
    }

    private Sampling sampling() {
        return new Sampling(samples, seed, temperature, topK, topP, minP, typicalP);
    }

    private Rules rules() {
        return new Rules(minLength, repetitionPenalty, noRepeatNgram, prefix, lastWord, beamEnd, mustSay);
    }

    private Diversity diversity() {
        return new Diversity(groups, diversityPenalty);
    }

    private Guidance guidance() {
        return new Guidance(tagThreshold, tagWords);
    }
}
