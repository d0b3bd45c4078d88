package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.cli.TrainedStages.Which;
import io.captioner.model.EfficientNetLite;
import io.captioner.nn.EncoderArchitecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainedStagesTest {
    private static final EncoderArchitecture NINE_STAGES = new EfficientNetLite(0, 0, 0);

    @ParameterizedTest
    @CsvSource({"frozen, NONE, 0", "all, ALL, 0", "last:2, LAST, 2", "last:12, LAST, 12", "0, FROM, 0", "7, FROM, 7"})
    void areReadAndSaidAlike(String text, Which which, int number) {
        TrainedStages read = TrainedStages.parse(text).orElseThrow();
        assertThat(read).isEqualTo(new TrainedStages(which, number)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "some", "last", "last:", "last:0", "last:100", "-1", "100", "1.5", "all "})
    void otherTextsSayNothing(String text) {
        assertThat(TrainedStages.parse(text)).isEmpty();
    }

    @Test
    void stagesThatTheEncoderDoesNotHaveAreRefused() {
        for (String text : new String[] {"frozen", "all", "last:9", "0", "9"}) {
            assertThatCode(() -> TrainedStages.parse(text).orElseThrow().requireIn(NINE_STAGES, "here"))
                    .doesNotThrowAnyException();
        }
        for (String text : new String[] {"last:10", "10"}) {
            assertThatThrownBy(() -> TrainedStages.parse(text).orElseThrow().requireIn(NINE_STAGES, "here"))
                    .isInstanceOf(OptionException.class)
                    .hasMessage("here: trainEncoder is " + text + "; EfficientNetLite has 9 stages, numbered from 0");
        }
    }
}
