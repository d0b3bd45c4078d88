package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final List<String> order = new ArrayList<>();
    private int count;

    private Supplier<Integer> work(String name) {
        return () -> {
            order.add(name);
            return count++;
        };
    }

    @Test
    void worksTakeTurnsInEachRound() {
        assertThat(Turns.of(2, List.of(work("ours"), work("theirs")))).containsExactly(List.of(0, 2), List.of(1, 3));
        assertThat(order).containsExactly("ours", "theirs", "ours", "theirs");
    }

    @Test
    void theRoundThatWarmsUpDoesNotCount() {
        assertThat(Turns.afterWarmUp(1, List.of(work("ours"), work("theirs")))).containsExactly(List.of(2), List.of(3));
    }

    @Test
    void aRepeatedWorkCountsEachOfItsRuns() {
        Work work = Work.repeated("short", 5, () -> count++);
        assertThat(work.seconds()).isNotNegative();
        assertThat(count).isEqualTo(5);
        assertThat(work.unit()).isEqualTo(5);
    }
}
