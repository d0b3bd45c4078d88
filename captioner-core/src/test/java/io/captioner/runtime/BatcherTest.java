package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.BackendException;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.CaptionerException;
import io.captioner.DeadlineException;
import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.OverloadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatcherTest {
    private static final Duration LONG = Duration.ofSeconds(8);
    private static final GenerationOptions GREEDY = GenerationOptions.greedy();
    private static final GenerationOptions BEAM = GenerationOptions.beam(3);

    @Test
    void callsWithinTheDelayShareABatch() {
        EchoRunner echo = new EchoRunner(false);
        try (Batcher batcher = new Batcher(Batching.upTo(3).within(LONG), echo);
                echo) {
            List<CompletableFuture<Caption>> calls = IntStream.range(0, 3)
                    .mapToObj(i -> batcher.submit(picture(i), GREEDY))
                    .toList();

            assertThat(calls.stream().map(call -> call.join().text())).containsExactly("0 by 1", "1 by 1", "2 by 1");
            assertThat(echo.sizes).containsExactly(3);
        }
    }

    @Test
    void aBatchThatDoesNotFillBeginsWhenTheDelayIsOver() {
        EchoRunner echo = new EchoRunner(false);
        try (Batcher batcher = new Batcher(Batching.upTo(100).within(Duration.ofMillis(30)), echo);
                echo) {
            long start = System.nanoTime();
            batcher.submit(picture(7), GREEDY).join();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
            assertThat(echo.sizes).containsExactly(1);
        }
    }

    @Test
    void callsWithOtherOptionsFormABatchOfTheirOwn() {
        EchoRunner echo = new EchoRunner(true);
        try (Batcher batcher = new Batcher(Batching.upTo(8).within(Duration.ZERO), echo);
                echo) {
            CompletableFuture<Caption> first = batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            List<CompletableFuture<Caption>> calls = List.of(
                    batcher.submit(picture(1), GREEDY),
                    batcher.submit(picture(2), BEAM),
                    batcher.submit(picture(3), GREEDY),
                    batcher.submit(picture(4), BEAM));
            echo.released.countDown();

            assertThat(first.join().text()).isEqualTo("0 by 1");
            assertThat(calls.stream().map(call -> call.join().text()))
                    .containsExactly("1 by 1", "2 by 3", "3 by 1", "4 by 3");
            assertThat(echo.sizes).containsExactly(1, 2, 2);
        }
    }

    @Test
    void aFullQueueRefuses() {
        EchoRunner echo = new EchoRunner(true);
        List<Integer> refused = Collections.synchronizedList(new ArrayList<>());
        Batching settings = Batching.upTo(1)
                .within(Duration.ZERO)
                .queue(2)
                .refusing()
                .listener(new Batching.Listener() {
                    @Override
                    public void onRefused(int queued) {
                        refused.add(queued);
                    }
                });
        try (Batcher batcher = new Batcher(settings, echo);
                echo) {
            batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            CompletableFuture<Caption> waiting = batcher.submit(picture(1), GREEDY);
            batcher.submit(picture(2), GREEDY);

            assertThatThrownBy(() -> value(batcher.submit(picture(3), GREEDY)))
                    .isInstanceOf(OverloadException.class)
                    .hasMessageContaining("2 calls wait");
            assertThat(refused).containsExactly(2);
            echo.released.countDown();
            assertThat(waiting.join().text()).isEqualTo("1 by 1");
        }
    }

    @Test
    void aCancelledCallFreesItsPlace() {
        EchoRunner echo = new EchoRunner(true);
        try (Batcher batcher = new Batcher(
                        Batching.upTo(1).within(Duration.ZERO).queue(1).refusing(), echo);
                echo) {
            batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            CompletableFuture<Caption> cancelled = batcher.submit(picture(1), GREEDY);
            assertThat(batcher.submit(picture(2), GREEDY)).isCompletedExceptionally();

            assertThat(cancelled.cancel(true)).isTrue();
            CompletableFuture<Caption> next = batcher.submit(picture(3), GREEDY);
            echo.released.countDown();

            assertThat(next.join().text()).isEqualTo("3 by 1");
            assertThat(echo.sizes).as("the cancelled one was never run").containsExactly(1, 1);
        }
    }

    @Test
    void aFullQueueMakesCallersWait() throws Exception {
        EchoRunner echo = new EchoRunner(true);
        ExecutorService callers = Executors.newSingleThreadExecutor();
        try (Batcher batcher =
                        new Batcher(Batching.upTo(1).within(Duration.ZERO).queue(1), echo);
                echo) {
            batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            batcher.submit(picture(1), GREEDY);
            Future<Caption> blocked =
                    callers.submit(() -> batcher.submit(picture(2), GREEDY).join());

            assertThatThrownBy(() -> blocked.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            echo.released.countDown();
            assertThat(blocked.get().text()).isEqualTo("2 by 1");
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void aCallEndsWhenItsTimeIsOverWhetherItRunsOrWaits() {
        EchoRunner echo = new EchoRunner(true);
        CountDownLatch late = new CountDownLatch(3);
        Batching settings = Batching.upTo(1)
                .within(Duration.ZERO)
                .queue(1)
                .timeout(Duration.ofMillis(40))
                .listener(new Batching.Listener() {
                    @Override
                    public void onTimeout(int queued) {
                        late.countDown();
                    }
                });
        try (Batcher batcher = new Batcher(settings, echo);
                echo) {
            CompletableFuture<Caption> running = batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            CompletableFuture<Caption> waiting = batcher.submit(picture(1), GREEDY);
            CompletableFuture<Caption> noRoom = batcher.submit(picture(2), GREEDY);

            for (CompletableFuture<Caption> call : List.of(running, waiting, noRoom)) {
                assertThatThrownBy(() -> value(call))
                        .isInstanceOf(DeadlineException.class)
                        .hasMessageContaining("PT0.04S");
            }
            await(late);
            echo.released.countDown();
        }
        assertThat(echo.sizes).as("who waits in vain is not run").containsExactly(1);
    }

    @Test
    void aFailureOfTheRuntimeReachesEveryCallOfItsBatchAndNoOther() {
        EchoRunner echo = new EchoRunner(false);
        try (Batcher batcher = new Batcher(Batching.upTo(2).within(LONG), echo);
                echo) {
            CompletableFuture<Caption> good = batcher.submit(picture(1), GREEDY);
            CompletableFuture<Caption> bad = batcher.submit(picture(-1), GREEDY);
            assertThatThrownBy(() -> value(bad)).isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> value(good)).isInstanceOf(BackendException.class);

            CompletableFuture<Caption> next = batcher.submit(picture(2), GREEDY);
            batcher.submit(picture(3), GREEDY);
            assertThat(next.join().text()).isEqualTo("2 by 1");
        }
    }

    @Test
    void theListenerHearsOfBatchesAndMayFail() {
        EchoRunner echo = new EchoRunner(false);
        List<Batching.Batch> heard = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch told = new CountDownLatch(2);
        Batching settings = Batching.upTo(2).within(LONG).listener(new Batching.Listener() {
            @Override
            public void onBatch(Batching.Batch batch) {
                heard.add(batch);
                told.countDown();
                throw new IllegalStateException("a registry that is down");
            }
        });
        try (Batcher batcher = new Batcher(settings, echo);
                echo) {
            for (int i = 0; i < 4; i++) {
                batcher.submit(picture(i), GREEDY);
            }
            await(told);
        }
        assertThat(heard).hasSize(2).allSatisfy(batch -> {
            assertThat(batch.size()).isEqualTo(2);
            assertThat(batch.ran()).isPositive();
        });
    }

    @Test
    void aListenerThatBreaksEndsNoBatchAfterIt() {
        EchoRunner echo = new EchoRunner(false);
        Batching settings = Batching.upTo(1).within(Duration.ZERO).listener(new Batching.Listener() {
            @Override
            public void onBatch(Batching.Batch batch) {
                throw new NoClassDefFoundError("a registry that is not on the class path");
            }
        });
        try (Batcher batcher = new Batcher(settings, echo);
                echo) {
            assertThat(batcher.submit(picture(1), GREEDY).join().text()).isEqualTo("1 by 1");
            assertThat(batcher.submit(picture(2), GREEDY)).succeedsWithin(LONG);
        }
    }

    @Test
    void aListenerMayWaitForAnotherCaller() {
        EchoRunner echo = new EchoRunner(true);
        List<Boolean> refused = Collections.synchronizedList(new ArrayList<>());
        Batcher[] self = new Batcher[1];
        Batching settings = Batching.upTo(1)
                .within(Duration.ZERO)
                .queue(1)
                .refusing()
                .listener(new Batching.Listener() {
                    @Override
                    public void onRefused(int queued) {
                        if (refused.isEmpty()) {
                            refused.add(true);
                            refused.add(CompletableFuture.supplyAsync(() -> self[0].submit(picture(3), GREEDY))
                                    .completeOnTimeout(new CompletableFuture<>(), 5, TimeUnit.SECONDS)
                                    .join()
                                    .isCompletedExceptionally());
                        }
                    }
                });
        try (Batcher batcher = new Batcher(settings, echo);
                echo) {
            self[0] = batcher;
            batcher.submit(picture(0), GREEDY);
            awaitRunning(echo);
            batcher.submit(picture(1), GREEDY);

            assertThat(batcher.submit(picture(2), GREEDY)).isCompletedExceptionally();
            assertThat(refused).as("the other caller was answered meanwhile").containsExactly(true, true);
        }
    }

    @Test
    void aCallerThatInterruptsItsThreadWhenItsCaptionIsThereStopsNothing() {
        EchoRunner echo = new EchoRunner(true);
        try (Batcher batcher = new Batcher(Batching.upTo(1).within(Duration.ZERO), echo);
                echo) {
            CompletableFuture<Void> interrupting = batcher.submit(picture(1), GREEDY)
                    .thenRun(() -> Thread.currentThread().interrupt());
            CompletableFuture<Caption> waiting = batcher.submit(picture(2), GREEDY);
            echo.released.countDown();

            assertThat(interrupting).succeedsWithin(LONG);
            assertThat(waiting).succeedsWithin(LONG);
            assertThat(batcher.submit(picture(3), GREEDY)).succeedsWithin(LONG);
        }
    }

    @Test
    void closingFailsWhatWaitsAndWaitsForWhatRuns() throws Exception {
        EchoRunner echo = new EchoRunner(true);
        Batcher batcher = new Batcher(Batching.upTo(1).within(Duration.ZERO), echo);
        CompletableFuture<Caption> running = batcher.submit(picture(0), GREEDY);
        awaitRunning(echo);
        CompletableFuture<Caption> waiting = batcher.submit(picture(1), GREEDY);
        Thread closing = new Thread(batcher::close);
        closing.start();

        assertThatThrownBy(() -> value(waiting))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("closed");
        assertThat(closing.isAlive()).isTrue();
        echo.released.countDown();
        closing.join();
        assertThat(running.join().text()).isEqualTo("0 by 1");
        assertThatThrownBy(() -> value(batcher.submit(picture(2), GREEDY))).isInstanceOf(BackendException.class);
    }

    @Test
    void everyCallOfManyThreadsGetsItsOwnCaption() throws Exception {
        EchoRunner echo = new EchoRunner(false);
        ExecutorService callers = Executors.newFixedThreadPool(16);
        try (Batcher batcher = new Batcher(
                        Batching.upTo(4).within(Duration.ofMillis(1)).queue(6), echo);
                echo) {
            List<Future<String>> texts = IntStream.range(0, 800)
                    .mapToObj(i -> callers.submit(() ->
                            batcher.submit(picture(i % 100), GREEDY).join().text()))
                    .toList();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(texts.get(i).get()).isEqualTo(i % 100 + " by 1");
            }
        } finally {
            callers.shutdownNow();
        }
        assertThat(echo.sizes.stream().mapToInt(size -> size).sum()).isEqualTo(800);
        assertThat(echo.sizes).allMatch(size -> size <= 4).anyMatch(size -> size > 1);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Batching.upTo(0)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> Batching.upTo(8).queue(7)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> Batching.upTo(8).within(Duration.ofMillis(-1))).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> Batching.upTo(8).timeout(Duration.ZERO)).isInstanceOf(OptionException.class);
    }

    private static byte[] picture(int content) {
        return new byte[] {(byte) content};
    }

    private static Caption value(CompletableFuture<Caption> call) {
        try {
            return call.get();
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof CaptionerException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitRunning(EchoRunner echo) {
        await(echo.running);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
