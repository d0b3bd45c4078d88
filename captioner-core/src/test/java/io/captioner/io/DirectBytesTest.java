package io.captioner.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectBytesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
    void areWhatTheStreamHoldsWhateverItSaysIsLeft(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        assertThat(bytes(new ByteArrayInputStream(content))).isEqualTo(content);
        assertThat(bytes(new Silent(content))).isEqualTo(content);
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        ByteBuffer read = DirectBytes.of(stream);
        assertThat(read.isDirect()).isTrue();
        byte[] bytes = new byte[read.remaining()];
        read.get(bytes);
        return bytes;
    }

    /** Says that nothing is left, and gives a little at a time. */
    private static final class Silent extends ByteArrayInputStream {
        private Silent(byte[] content) {
            super(content);
        }

        @Override
        public synchronized int read(byte[] target, int from, int length) {
            return super.read(target, from, Math.min(length, 1000));
        }

        @Override
        public synchronized int available() {
            return 0;
        }
    }
}
