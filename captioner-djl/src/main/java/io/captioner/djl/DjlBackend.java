package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;

/** libtorch through DJL, found as a service by the name {@code djl}: trains and runs. Thread-safe. */
public final class DjlBackend implements TrainingBackend {
    /** For {@link java.util.ServiceLoader}. */
    public DjlBackend() {}

    @Override
    public Backend backend() {
        return Backend.DJL;
    }

    @Override
    public String description() {
        return "DJL 0.38.0, libtorch 2.7.1";
    }

    @Override
    public Executable compile(Program program, WeightSource weights, Device device, int threads) {
        return new DjlExecutable(program, weights, device, threads);
    }

    @Override
    public TrainingSession train(Program program, WeightSource initial, Settings settings, Device device, int threads) {
        return new DjlSession(program, initial, settings, device, threads);
    }
}
