package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.Backend;
import io.captioner.Device;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class GpuCheckTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private GpuCheck check(Device device) throws IOException {
        ByteArrayOutputStream photo = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB), "jpg", photo);
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new GpuCheck(List.of(photo.toByteArray()), device, 1, out);
    }

    @Test
    void saysWhatIsMissingAndEndsWith3WhereThereIsNoGpu() throws IOException {
        assertThat(check(Device.cuda(999)).run(Backend.ONNX)).isEqualTo(3);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .startsWith("onnx: not on cuda:999: cuda:999 cannot be used by ONNX Runtime: ")
                .endsWith("no backend can use cuda:999; nothing was measured" + System.lineSeparator());
    }

    @Test
    void comparesWordsAndScoresAndPrintsRates() throws IOException {
        assertThat(check(Device.cpu()).run(Backend.ONNX)).isZero(); // the CPU with itself
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("beam 3: 1 captions, scores within 0.0 of the CPU's")
                .contains("batch 64:")
                .contains("captions a second");
    }
}
