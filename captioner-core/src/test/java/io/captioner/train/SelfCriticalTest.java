package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import org.junit.jupiter.api.Test;

class SelfCriticalTest {
    @Test
    void startsFromTheDefaultsItNames() {
        assertThat(SelfCritical.greedyBaseline())
                .isEqualTo(new SelfCritical(5, SelfCritical.Baseline.GREEDY, 0, 1, false));
        assertThat(SelfCritical.otherSamplesBaseline()
                        .withSamples(7)
                        .withBleuWeight(0.5)
                        .withTemperature(0.8)
                        .withDropout(true))
                .isEqualTo(new SelfCritical(7, SelfCritical.Baseline.OTHER_SAMPLES, 0.5, 0.8, true));
    }

    @Test
    void refusesWhatMakesNoSense() {
        refuses(() -> SelfCritical.greedyBaseline().withSamples(0), "0; it must be between 1 and 63");
        refuses(() -> SelfCritical.greedyBaseline().withSamples(64), "64");
        refuses(() -> SelfCritical.otherSamplesBaseline().withSamples(1), "1; it must be between 2 and 63");
        refuses(() -> SelfCritical.greedyBaseline().withBleuWeight(-1), "BLEU-4 is -1.0");
        refuses(() -> SelfCritical.greedyBaseline().withTemperature(0), "temperature is 0.0");
        refuses(() -> SelfCritical.greedyBaseline().withTemperature(Double.NaN), "NaN");
    }

    private static void refuses(Runnable made, String message) {
        assertThatThrownBy(made::run).isInstanceOf(OptionException.class).hasMessageContaining(message);
    }
}
