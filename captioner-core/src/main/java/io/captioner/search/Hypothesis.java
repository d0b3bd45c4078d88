package io.captioner.search;

import java.util.List;

/**
 * A candidate for a caption.
 *
 * @param tokens word ids in order, the end included where it was reached
 * @param ended whether the last token is the end
 * @param score summed log-probability divided by the number of tokens to the power of the length penalty
 */
public record Hypothesis(List<Token> tokens, boolean ended, double score) {
    public Hypothesis {
        tokens = List.copyOf(tokens);
    }

    /** The tokens before the end. */
    public List<Token> words() {
        return ended ? tokens.subList(0, tokens.size() - 1) : tokens;
    }

    /** Sum of the tokens' log-probabilities. */
    public double logProbability() {
        return tokens.stream().mapToDouble(Token::logProbability).sum();
    }

    /**
     * A chosen word.
     *
     * @param id in the vocabulary
     * @param logProbability natural logarithm, given the picture and the words before
     * @param attention weights over the L places
     */
    public record Token(int id, double logProbability, float[] attention) {}
}
