package io.captioner.train;

import org.jspecify.annotations.Nullable;

/**
 * What captions earned in a step of {@link SelfCritical} training.
 *
 * @param step from 1, over all epochs
 * @param samples mean reward of the captions drawn
 * @param greedy mean reward of the greedy captions; null where the baseline needs none
 * @param sampleLength mean words of the captions drawn, the end not counted
 * @param greedyLength mean words of the greedy captions; null as above
 * @param searchSeconds time to draw and write them
 * @param rewardSeconds time to compare them with the references
 */
public record RewardMetrics(
        long step,
        double samples,
        @Nullable Double greedy,
        double sampleLength,
        @Nullable Double greedyLength,
        double searchSeconds,
        double rewardSeconds) {}
