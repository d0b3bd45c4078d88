package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void countsStepsAndEvaluations() {
        AtomicLong clock = new AtomicLong(5 * SECOND);
        TimeLeft time = new TimeLeft(clock::get);
        time.start(0, 30);
        for (int step = 0; step < 10; step++) {
            clock.addAndGet(2 * SECOND);
            time.step();
        }
        assertThat(time.ofSteps(5)).isEqualTo(10);
        assertThat(time.ofAll(3)).isEqualTo(40); // no evaluation yet: unknown
        clock.addAndGet(7 * SECOND);
        time.epoch();
        assertThat(time.ofAll(2)).isEqualTo(54);
        assertThat(time.isOver()).isFalse();
    }

    @Test
    void aResumedTrainingCountsFromItsCheckpoint() {
        AtomicLong clock = new AtomicLong();
        TimeLeft time = new TimeLeft(clock::get);
        time.start(28, 30);
        clock.addAndGet(SECOND);
        time.step();
        assertThat(time.ofAll(0)).isEqualTo(1);
        time.step();
        assertThat(time.isOver()).isTrue();
    }

    @Test
    void readsAsPeopleSayIt() {
        assertThat(TimeLeft.text(44.6)).isEqualTo("45s");
        assertThat(TimeLeft.text(725)).isEqualTo("12m05s");
        assertThat(TimeLeft.text(11_240)).isEqualTo("3h07m");
    }
}
