package io.captioner.metrics;

import io.captioner.OptionException;
import java.util.Arrays;

/** A number that says how close captions are to those of people; higher is closer. */
public enum Metric {
    /** Precision of words, 0 to 1. */
    BLEU_1("bleu1", "BLEU-1"),
    BLEU_2("bleu2", "BLEU-2"),
    BLEU_3("bleu3", "BLEU-3"),
    /** Geometric mean of the precisions of one to four words in a row, 0 to 1. */
    BLEU_4("bleu4", "BLEU-4"),
    /** F measure of the longest common subsequence, beta 1.2, 0 to 1. */
    ROUGE_L("rougeL", "ROUGE-L"),
    /** Cosine of TF-IDF vectors, times 10, as the paper's CIDEr (without its stemming); 0 to 10. */
    CIDER("cider", "CIDEr"),
    /** CIDEr with clipped counts and a penalty on length, 0 to 10: what coco-caption and pycocoevalcap print under the name "CIDEr". */
    CIDER_D("ciderD", "CIDEr-D"),
    /** METEOR 1.5 (Denkowski and Lavie 2014), 0 to 1; measured where its data are named, see {@link Meteor}. */
    METEOR("meteor", "METEOR");

    private final String key;
    private final String label;

    Metric(String key, String label) {
        this.key = key;
        this.label = label;
    }

    /** The key in JSON, for example {@code ciderD}. */
    public String key() {
        return key;
    }

    /** The name in tables, for example {@code CIDEr-D}. */
    public String label() {
        return label;
    }

    /**
     * The metric of this key.
     *
     * @throws OptionException when there is none
     */
    public static Metric of(String key) {
        return Arrays.stream(values())
                .filter(metric -> metric.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new OptionException("there is no metric '" + key + "'; metrics are "
                        + Arrays.stream(values()).map(Metric::key).toList()));
    }

    /** Which order of n-grams BLEU goes up to; 0 for what is not BLEU. */
    int bleuOrder() {
        return ordinal() <= BLEU_4.ordinal() ? ordinal() + 1 : 0;
    }
}
