package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process may end while another of its threads trains. */
@Timeout(120)
class ProcessEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ProcessEnd end = new ProcessEnd();

    @Test
    void waitsForAPassThatIsUnderWayAndForThePassesInsideOfIt() {
        end.enter();
        CompletableFuture<Boolean> ended = ending();

        assertThatThrownBy(() -> CompletableFuture.runAsync(end::enter).join())
                .hasCauseInstanceOf(BackendException.class)
                .hasMessageContaining("the process is ending")
                .hasMessageContaining("resume");
        end.enter();
        end.leave();
        assertThat(ended).isNotDone();
        end.leave();
        assertThat(ended.join()).isTrue();
    }

    @Test
    void waitsNoLongerThanItsPatienceForAPassThatHangs() {
        end.enter();

        assertThat(CompletableFuture.supplyAsync(() -> end.await(Duration.ofMillis(20)))
                        .join())
                .isFalse();
    }

    @Test
    void nothingBeginsAfterTheEnd() {
        assertThat(ending().join()).isTrue();

        assertThatThrownBy(end::enter)
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("the process is ending");
    }

    /** On a thread of its own, as a hook is; it has begun when this returns. */
    private CompletableFuture<Boolean> ending() {
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> end.await(LONG));
        while (true) {
            try {
                CompletableFuture.runAsync(() -> {
                            end.enter();
                            end.leave();
                        })
                        .join();
                Thread.onSpinWait();
            } catch (CompletionException refused) {
                return ended;
            }
        }
    }

    @Test
    void aProcessEndsWithItsOwnExitCodeInTheMiddleOfAStep(@TempDir Path folder) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ErrorFile=" + folder.resolve("crash.log"),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Training.class.getName())
                .redirectError(folder.resolve("errors").toFile())
                .start();

        assertThat(process.inputReader(StandardCharsets.UTF_8).lines().toList())
                .containsSubsequence("training", "ending");
        assertThat(process.waitFor())
                .as("standard error: " + Files.readString(folder.resolve("errors")))
                .isEqualTo(7);
        assertThat(folder.resolve("crash.log")).doesNotExist();
    }

    /** Trains on a daemon thread without an end, in steps of very many small operations, and ends in the middle of one. */
    static final class Training {
        private static final int SIZE = 16;
        private static final int OPERATIONS = 500;

        private Training() {}

        public static void main(String[] args) throws Exception {
            Program loss = Programs.of(List.of(Programs.floats("x", SIZE, SIZE)), 1, parameters -> {
                Tensor weight = parameters.parameter("weight", Shape.of(SIZE, SIZE), Initializer.uniform(0.1f));
                return in -> {
                    Tensor x = in.get(0);
                    for (int i = 0; i < OPERATIONS; i++) {
                        x = x.linear(weight, null).tanh();
                    }
                    return List.of(x.sum(false));
                };
            });
            TrainingBackend.Settings settings =
                    new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, 7);
            TrainingSession session =
                    new DjlBackend().train(loss, Programs.source(Map.of()), settings, Device.cpu(), 1);
            HostTensor x = HostTensor.ofFloats(Shape.of(SIZE, SIZE), new float[SIZE * SIZE]);
            Thread endless = new Thread(() -> {
                while (true) {
                    session.step(List.of(x), name -> 0.01, 1);
                }
            });
            endless.setDaemon(true);
            endless.start();
            System.out.println("training");
            Thread.sleep(250);
            System.out.println("ending");
            System.exit(7);
        }
    }
}
