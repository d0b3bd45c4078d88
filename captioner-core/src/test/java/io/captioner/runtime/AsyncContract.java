package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that gather in batches give what calls one by one give. */
public abstract class AsyncContract {
    @TempDir
    Path folder;

    protected abstract Backend backend();

    private Captioner open(Batching batching) {
        return Captioner.builder()
                .backend(backend())
                .model(TinyPackage.in(folder))
                .threads(1)
                .batching(batching)
                .build();
    }

    @Test
    void gatheredCallsGiveTheCaptionsOfSingleCalls() {
        List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        Batching batching = Batching.upTo(8).within(Duration.ofSeconds(20)).listener(new Batching.Listener() {
            @Override
            public void onBatch(Batching.Batch batch) {
                sizes.add(batch.size());
            }
        });
        List<ImageInput> pictures =
                IntStream.range(0, 16).mapToObj(AsyncContract::noise).toList();
        try (Captioner captioner = open(batching)) {
            for (GenerationOptions options : List.of(GenerationOptions.greedy(), GenerationOptions.beam(3))) {
                List<CompletableFuture<Caption>> calls = pictures.stream()
                        .map(picture -> captioner.captionAsync(picture, options))
                        .toList();
                for (int i = 0; i < pictures.size(); i++) {
                    Caption single = captioner.caption(pictures.get(i), options);
                    Caption gathered = calls.get(i).join();
                    assertThat(gathered.text()).isEqualTo(single.text());
                    assertThat(gathered.score()).isCloseTo(single.score(), Offset.offset(1e-5));
                }
            }
        }
        assertThat(sizes).containsOnly(8).hasSize(4);
    }

    @Test
    void aBadCallFailsAlone() {
        try (Captioner captioner = open(Batching.upTo(2).within(Duration.ofSeconds(20)))) {
            CompletableFuture<Caption> good = captioner.captionAsync(noise(1));
            CompletableFuture<Caption> noPicture = captioner.captionAsync(ImageInput.of(new byte[] {1, 2, 3}));
            CompletableFuture<Caption> noWord = captioner.captionAsync(
                    noise(2),
                    GenerationOptions.builder().forbiddenWords("unheardof").build());
            CompletableFuture<Caption> alsoGood = captioner.captionAsync(noise(3));

            assertThatThrownBy(noPicture::get).hasCauseInstanceOf(ImageException.class);
            assertThatThrownBy(noWord::get).hasCauseInstanceOf(OptionException.class);
            assertThat(good.join().text()).isNotBlank();
            assertThat(alsoGood.join().text()).isNotBlank();
        }
    }

    @Test
    void aClosedCaptionerSaysSo() {
        Captioner captioner = open(Batching.upTo(1));
        captioner.close();

        CompletableFuture<Caption> call = captioner.captionAsync(noise(1));

        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(BackendException.class)
                .hasMessageContaining("closed");
    }

    private static ImageInput noise(int seed) {
        BufferedImage image = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, random.nextInt(0x1000000));
            }
        }
        return ImageInput.of(image);
    }
}
