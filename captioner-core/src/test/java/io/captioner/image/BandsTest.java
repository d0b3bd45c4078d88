package io.captioner.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BandsTest {
    private static final int COUNT = 9;

    /** What other tests have left there would look like threads that have no time. */
    @BeforeEach
    void nothingElseIsInTheCommonPool() {
        assertThat(ForkJoinPool.commonPool().awaitQuiescence(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @RepeatedTest(50)
    void everyBandIsMadeOnceAndNotBeforeItsRowsAreReady() {
        AtomicIntegerArray made = new AtomicIntegerArray(COUNT);
        AtomicInteger ready = new AtomicInteger();
        AtomicBoolean early = new AtomicBoolean();
        Bands bands = new Bands(COUNT, band -> 10 * (band + 1), () -> band -> {
            early.compareAndSet(false, ready.get() < 10 * (band + 1));
            made.incrementAndGet(band);
        });
        bands.share();
        for (int rows = 7; rows <= 10 * COUNT; rows += 7) {
            ready.set(rows);
            bands.ready(rows);
        }
        ready.set(10 * COUNT);
        bands.ready(10 * COUNT);
        bands.finish();
        for (int band = 0; band < COUNT; band++) {
            assertThat(made.get(band)).isOne();
        }
        assertThat(early).isFalse();
    }

    @Test
    void anotherThreadMakesWhatIsReady() throws InterruptedException {
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1, "on one core there is no other thread: skipped");
        CountDownLatch first = new CountDownLatch(1);
        Bands bands = new Bands(2, band -> band + 1, () -> band -> first.countDown());
        bands.share();
        bands.ready(1);
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        bands.ready(2);
        bands.finish();
    }

    @Test
    void theCallerDoesAllWhereNoOtherThreadHasTime() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        int threads = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch busy = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            ForkJoinPool.commonPool().execute(() -> {
                busy.countDown();
                awaitQuietly(over);
            });
        }
        try {
            assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
            AtomicInteger mine = new AtomicInteger();
            Thread caller = Thread.currentThread();
            for (int i = 0; i < 20; i++) {
                Bands bands = new Bands(COUNT, band -> 0, () -> band -> {
                    if (Thread.currentThread() == caller) {
                        mine.incrementAndGet();
                    }
                });
                bands.share();
                bands.finish();
            }
            assertThat(mine).hasValue(20 * COUNT);
            assertThat(ForkJoinPool.commonPool().getQueuedSubmissionCount())
                    .as("tasks that wait for a thread, each with its picture")
                    .isLessThanOrEqualTo(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void whatGoesWrongInABandIsThrownAtTheEnd() {
        Bands bands = new Bands(COUNT, band -> 0, () -> band -> {
            if (band == 3) {
                throw new IllegalStateException("band 3");
            }
        });
        bands.share();
        assertThatThrownBy(bands::finish)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("band 3");
    }

    @RepeatedTest(100)
    void whatGoesWrongInTheOtherThreadIsThrownToTheCaller() {
        Thread caller = Thread.currentThread();
        AtomicBoolean wrong = new AtomicBoolean();
        Bands bands = new Bands(COUNT, band -> 0, () -> band -> {
            if (Thread.currentThread() != caller) {
                wrong.set(true);
                throw new IllegalStateException("in the other thread");
            }
        });
        bands.share();
        Throwable thrown = catchThrowable(bands::finish);
        assertThat(thrown != null).isEqualTo(wrong.get());
    }

    @Test
    void whatIsAbandonedIsNotMade() {
        AtomicInteger made = new AtomicInteger();
        Bands bands = new Bands(COUNT, band -> band + 1, () -> band -> made.incrementAndGet());
        bands.share();
        bands.abandon();
        bands.ready(COUNT);
        bands.finish();
        assertThat(made).hasValue(0);
    }

    @Test
    void anInterruptedCallerFinishesAndStaysInterrupted() {
        AtomicInteger made = new AtomicInteger();
        Bands bands = new Bands(COUNT, band -> 0, () -> band -> made.incrementAndGet());
        bands.share();
        Thread.currentThread().interrupt();
        bands.finish();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(made).hasValue(COUNT);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
