package io.captioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DeviceTest {
    @Test
    void isReadAsItIsWritten() {
        assertThat(Device.parse(" CUDA:1 ")).isEqualTo(Device.cuda(1)).hasToString("cuda:1");
        assertThat(Device.parse("cuda")).isEqualTo(Device.cuda(0));
        assertThat(Device.parse("cpu")).isEqualTo(Device.cpu()).hasToString("cpu");
        assertThatThrownBy(() -> Device.parse("gpu")).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> Device.cuda(-1)).isInstanceOf(OptionException.class);
    }

    @Test
    void aGpuComputesAsTheCpuDoesAndTakesAllMemoryUnlessTold() {
        assertThat(Device.cuda(0).tensorFloat32()).isFalse();
        assertThat(Device.cuda(0).memoryLimit()).isZero();
        Device told = Device.cuda(1).withMemoryLimit(2L << 30).withTensorFloat32();
        assertThat(told.memoryLimit()).isEqualTo(2L << 30);
        assertThat(told.tensorFloat32()).isTrue();
        assertThat(told).hasToString("cuda:1");
    }

    @Test
    void refusesALimitThatHoldsNoModelAndOptionsOfAGpuOnTheCpu() {
        assertThatThrownBy(() -> Device.cuda(0).withMemoryLimit(0))
                .isInstanceOf(OptionException.class)
                .hasMessage("memory limit is 0 bytes; it must be at least 67108864 (64 MiB)");
        assertThatThrownBy(() -> Device.cpu().withMemoryLimit(1L << 30))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("the device is the CPU");
        assertThatThrownBy(() -> Device.cpu().withTensorFloat32()).isInstanceOf(OptionException.class);
    }
}
