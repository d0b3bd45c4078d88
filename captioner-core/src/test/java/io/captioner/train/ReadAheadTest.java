package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReadAheadTest {
    private final List<Integer> numbers = IntStream.range(0, 50).boxed().toList();

    @Test
    void keepsTheOrder() {
        List<Integer> made = new ArrayList<>();
        try (ReadAhead<Integer, Integer> ahead = new ReadAhead<>(numbers, n -> n * n)) {
            ahead.forEachRemaining(made::add);
        }
        assertThat(made).isEqualTo(numbers.stream().map(n -> n * n).toList());
    }

    @Test
    void throwsWhatMakingABatchThrewInItsPlace() {
        try (ReadAhead<Integer, Integer> ahead = new ReadAhead<>(numbers, n -> {
            if (n == 2) {
                throw new IllegalStateException("picture 2 is broken");
            }
            return n;
        })) {
            assertThat(ahead.next()).isZero();
            assertThat(ahead.next()).isEqualTo(1);
            assertThatThrownBy(ahead::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("picture 2 is broken");
        }
    }

    @Test
    void stopsReadingWhenClosed() {
        AtomicInteger made = new AtomicInteger();
        try (ReadAhead<Integer, Integer> ahead = new ReadAhead<>(numbers, n -> made.incrementAndGet())) {
            ahead.next();
        }
        int then = made.get();
        assertThat(then).isLessThan(numbers.size());
        assertThat(made.get()).isEqualTo(then);
    }
}
