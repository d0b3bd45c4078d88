package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training leaves in its folders, how it goes on from there, and what it refuses to write over; a backend's tests extend this. */
@Timeout(300)
public abstract class ResumeContract extends SmallTrainings {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnBitForBitAfterACrash(boolean trainEncoder) {
        TrainingResult expected = trainer("unbroken")
                .encoderLearned(trainEncoder)
                .builder()
                .build()
                .train();
        Trainer broken = trainer("broken")
                .encoderLearned(trainEncoder)
                .builder()
                .listener(new CrashAt(17))
                .build();
        assertThatThrownBy(broken::train).hasMessage("crash");
        assertThat(folder.resolve("broken")).doesNotExist();
        TrainingResult actual = trainer("broken")
                .encoderLearned(trainEncoder)
                .builder()
                .resume(true)
                .build()
                .train();

        assertThat(actual.bestEpoch()).isEqualTo(expected.bestEpoch());
        assertThat(actual.history())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(expected.history());
        Safetensors one = Safetensors.open(expected.model().resolve("weights.safetensors"));
        Safetensors other = Safetensors.open(actual.model().resolve("weights.safetensors"));
        assertThat(other.names()).isEqualTo(one.names());
        for (String name : one.names()) {
            assertThat(other.read(name).toFloatArray())
                    .as(name)
                    .isEqualTo(one.read(name).toFloatArray());
        }
    }

    @Test
    void learnsInPartsAndFromItsOwnWordsAndGoesOnBitForBit() {
        ScheduledSampling sampling = new ScheduledSampling(ScheduledSampling.Curve.LINEAR, 0.25);
        TrainingResult expected = trainer("whole")
                .builder()
                .accumulateGradients(2)
                .scheduledSampling(sampling)
                .build()
                .train();
        assertThat(expected.history().get(2).loss())
                .isLessThan(expected.history().get(0).loss());
        Trainer broken = trainer("halves")
                .builder()
                .accumulateGradients(2)
                .scheduledSampling(sampling)
                .listener(new CrashAt(17))
                .build();
        assertThatThrownBy(broken::train).hasMessage("crash");
        TrainingResult actual = trainer("halves")
                .builder()
                .accumulateGradients(2)
                .scheduledSampling(sampling)
                .resume(true)
                .build()
                .train();
        assertThat(actual.history())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(expected.history());
    }

    @Test
    void aFinishedTrainingIsNotDoneAgain() throws IOException {
        TrainingResult expected = trainer("done").builder().build().train();
        Path weights = expected.model().resolve("weights.safetensors");
        FileTime written = Files.getLastModifiedTime(weights);
        TrainingListener none = new TrainingListener() {
            @Override
            public void onStart(Start start) {
                throw new IllegalStateException("again");
            }
        };
        TrainingResult again =
                trainer("done").builder().resume(true).listener(none).build().train();
        assertThat(again).isEqualTo(expected);
        assertThat(Files.getLastModifiedTime(weights)).isEqualTo(written);

        Files.delete(weights);
        trainer("done").builder().resume(true).build().train();
        assertThat(weights).exists();
    }

    @Test
    void refusesToOverwriteOrToMixTrainings() {
        trainer("a").builder().epochs(1).build().train();
        assertThatThrownBy(() -> trainer("a").builder().epochs(1).build().train())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("holds the checkpoints of another training");
        assertThatThrownBy(() -> trainer("a")
                        .builder()
                        .epochs(1)
                        .batchImages(5)
                        .resume(true)
                        .build()
                        .train())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("batchImages is 5")
                .hasMessageContaining("4");
    }

    @Test
    void refusesAnOutputFolderWithOtherFilesBeforeItTrains() throws IOException {
        Files.createDirectory(folder.resolve("mine"));
        Files.writeString(folder.resolve("mine/diary.txt"), "dear diary");
        assertThatThrownBy(() -> trainer("mine").builder().build().train())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("no model package");

        trainer("night").builder().epochs(1).build().train();
        Files.writeString(folder.resolve("night/diary.txt"), "dear diary");
        assertThatThrownBy(() -> trainer("night")
                        .builder()
                        .workFolder(folder.resolve("new"))
                        .build()
                        .train())
                .as("a package with other files is refused before the night, not after it")
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("diary.txt");
        assertThat(folder.resolve("new/checkpoints")).doesNotExist();
    }
}
