package io.captioner.runtime;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.spi.BackendProvider;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that counts pictures that come as pixels, and programs that are open, of which it may have room for few. */
final class CountingBackend implements BackendProvider {
    final AtomicInteger encoded = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    private final BackendProvider counted;
    private final int room;

    CountingBackend(BackendProvider counted, int room) {
        this.counted = counted;
        this.room = room;
    }

    @Override
    public Backend backend() {
        return counted.backend();
    }

    @Override
    public String description() {
        return counted.description();
    }

    @Override
    public Executable compile(Program program, WeightSource weights, Device device, int threads) {
        if (open.get() == room) {
            throw new BackendException("no room for another program");
        }
        Executable executable = counted.compile(program, weights, device, threads);
        open.incrementAndGet();
        boolean pixels = program.inputs().get(0).name().equals("pixels");
        return new Executable() {
            @Override
            public List<HostTensor> run(List<HostTensor> inputs) {
                encoded.addAndGet(pixels ? (int) inputs.get(0).shape().dim(0) : 0);
                return executable.run(inputs);
            }

            @Override
            public void close() {
                executable.close();
                open.decrementAndGet();
            }
        };
    }
}
