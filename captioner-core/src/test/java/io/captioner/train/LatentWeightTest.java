package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.model.AttentionLstm;
import io.captioner.model.VariationalRnn;
import io.captioner.nn.HostTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatentWeightTest {
    private final LatentWeight weight = new LatentWeight(0.2, 4);
    private final HostTensor any = HostTensor.scalar(7f);

    @Test
    void risesInEqualStepsAndStays() {
        assertThat(List.of(at(0), at(1), at(2), at(3), at(4), at(1000)))
                .containsExactly(.05f, .1f, .15f, .2f, .2f, .2f);
    }

    private float at(long step) {
        List<HostTensor> batch = weight.annealed(List.of(any, any, any), step);
        assertThat(batch.subList(0, 2)).containsExactly(any, any);
        return batch.get(2).floats().get(0);
    }

    @Test
    void isThereFromTheStartWithoutAnnealing() {
        List<HostTensor> batch = new LatentWeight(0.2, 0).annealed(List.of(any, any, any), 0);
        assertThat(batch.get(2).floats().get(0)).isEqualTo(0.2f);
    }

    @Test
    void isForDecodersWithALatentAlone() {
        AttentionLstm plain = AttentionLstm.builder().build();
        assertThat(weight.inputs(plain)).isEmpty();
        assertThat(weight.annealed(List.of(any, any), 0)).containsExactly(any, any);
        assertThat(weight.inputs(VariationalRnn.of(plain, 3))).hasSize(1);
    }

    @Test
    void refusesWhatIsNoWeight() {
        assertThatThrownBy(() -> Trainer.builder().latent(-1, 0))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("-1.0; it must be at least 0");
        assertThatThrownBy(() -> Trainer.builder().latent(Double.NaN, 0)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> Trainer.builder().latent(1, -5))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("-5; it must be at least 0");
    }
}
