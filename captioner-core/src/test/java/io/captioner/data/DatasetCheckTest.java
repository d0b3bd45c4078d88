package io.captioner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.OptionException;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.data.DatasetReport.Duplicate;
import io.captioner.data.DatasetReport.SplitCount;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCheckTest {
    @TempDir
    Path folder;

    private DatasetReport report;

    /** Six pictures: two different ones, a copy, a smaller JPEG of the first, one that is no picture, and one more. */
    @BeforeEach
    void check() throws IOException {
        BufferedImage first = draw(1);
        ImageIO.write(first, "png", folder.resolve("a.png").toFile());
        ImageIO.write(draw(2), "png", folder.resolve("b.png").toFile());
        Files.copy(folder.resolve("a.png"), folder.resolve("copy.png"));
        BufferedImage small = new BufferedImage(90, 70, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(first, 0, 0, 90, 70, null);
        graphics.dispose();
        ImageIO.write(small, "jpg", folder.resolve("small.jpg").toFile());
        Files.writeString(folder.resolve("text.jpg"), "no picture");
        ImageIO.write(draw(3), "png", folder.resolve("c.png").toFile());
        Files.writeString(folder.resolve("captions.csv"), """
                image,caption,split
                a.png,a red dog,train
                a.png,a red dog runs far,train
                b.png,a cat,train
                copy.png,a dog,train
                small.jpg,a red zebra,val
                text.jpg,a dog,val
                c.png,a red dog,test
                """);
        AtomicInteger done = new AtomicInteger();
        report = DatasetCheck.run(
                CaptionDataset.folder(folder), DatasetCheck.DEFAULT_NEAR, 2, count -> done.incrementAndGet());
        assertThat(done).hasValue(6);
    }

    private static BufferedImage draw(long seed) {
        BufferedImage picture = new BufferedImage(180, 140, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillOval(random.nextInt(160) - 20, random.nextInt(120) - 20, 60, 60);
        }
        graphics.dispose();
        return picture;
    }

    @Test
    void countsPicturesCaptionsAndWords() {
        assertThat(report.splits()).extracting(SplitCount::split).containsExactly(Split.TRAIN, Split.VAL, Split.TEST);
        assertThat(report.splits()).extracting(SplitCount::images).containsExactly(3, 2, 1);
        assertThat(report.splits()).extracting(SplitCount::captions).containsExactly(4, 2, 1);
        assertThat(report.lengths().least()).isEqualTo(2);
        assertThat(report.lengths().most()).isEqualTo(5);
        assertThat(report.lengths().median()).isEqualTo(3);
        assertThat(report.lengths().mean()).isCloseTo(20 / 7.0, within(1e-12));
    }

    @Test
    void saysHowManyWordsOfASplitTheTrainingKnows() {
        // of a 4, red 2, dog 3, runs 1, far 1, cat 1 are kept a, red, dog
        assertThat(report.vocabulary()).isEqualTo(new DatasetReport.WordCount(6, 3, 2));
        SplitCount val = report.splits().get(1);
        assertThat(val.knownWords()).isCloseTo(4 / 5.0, within(1e-12));
        assertThat(val.knownCaptions()).isEqualTo(0.5);
        assertThat(report.splits().get(2).knownWords()).isEqualTo(1);
    }

    @Test
    void namesPicturesThatCannotBeRead() {
        assertThat(report.unreadable()).hasSize(1);
        assertThat(report.unreadable().get(0).id()).isEqualTo("text.jpg");
        assertThat(report.unreadable().get(0).reason()).contains("text.jpg");
        assertThat(report.isSound()).isFalse();
    }

    @Test
    void findsTheSameFileAndPicturesThatLookAlike() {
        assertThat(report.exactDuplicates())
                .containsExactly(new Duplicate("a.png", Split.TRAIN, "copy.png", Split.TRAIN, 0, true));
        assertThat(report.nearDuplicates()).hasSize(1).allSatisfy(pair -> {
            assertThat(pair.first()).isEqualTo("a.png");
            assertThat(pair.second()).isEqualTo("small.jpg");
            assertThat(pair.distance()).isBetween(0, 4);
        });
        assertThat(report.leaks()).extracting(Duplicate::second).containsExactly("small.jpg");
    }

    @Test
    void aPairWithinTheDistanceIsFoundOnceWhereverItsBitsDiffer() {
        // the pigeonhole search against all pairs
        Random random = new Random(5);
        long[] hashes = new long[60];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = i % 3 == 0 ? random.nextLong() : hashes[i - 1];
            for (int flips = random.nextInt(5); i % 3 != 0 && flips > 0; flips--) {
                hashes[i] ^= 1L << random.nextInt(64);
            }
        }
        for (int near : new int[] {0, 1, 3, 6, 10}) {
            int expected = 0;
            for (int i = 0; i < hashes.length; i++) {
                for (int j = 0; j < i; j++) {
                    expected += PictureHash.distance(hashes[i], hashes[j]) <= near ? 1 : 0;
                }
            }
            assertThat(DatasetCheck.near(hashes, near)).hasSize(expected).doesNotHaveDuplicates();
        }
    }

    @Test
    void refusesWhatIsNoDistance() {
        CaptionDataset data = CaptionDataset.folder(folder);
        assertThatThrownBy(() -> DatasetCheck.run(data, 11, 1, done -> {}))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("the near distance is 11; it must be between 0 and 10");
        assertThatThrownBy(() -> DatasetCheck.run(data, 4, 0, done -> {})).isInstanceOf(OptionException.class);
    }
}
