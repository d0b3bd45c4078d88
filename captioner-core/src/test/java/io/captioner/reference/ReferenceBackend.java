package io.captioner.reference;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.Checks;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import io.captioner.spi.BackendProvider;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The plain interpreter as a backend. Not registered as a service: tests make one. */
public final class ReferenceBackend implements BackendProvider {
    private final boolean exact;

    /** Rounds to float after each operation. */
    public ReferenceBackend() {
        this(false);
    }

    /** @param exact whether it computes in double all the way */
    public ReferenceBackend(boolean exact) {
        this.exact = exact;
    }

    @Override
    public Backend backend() {
        return Backend.of("reference");
    }

    @Override
    public String description() {
        return "plain Java, for tests";
    }

    @Override
    public Executable compile(Program program, WeightSource weights, Device device, int threads) {
        if (device.type() != Device.Type.CPU) {
            throw new BackendException("backend reference runs on the CPU alone, not on " + device + "; choose cpu");
        }
        ReferenceAlgebra algebra = new ReferenceAlgebra(false, exact);
        return new Compiled(program, algebra, program.bind(ReferenceParameters.of(algebra, weights)));
    }

    private static final class Compiled implements Executable {
        private final Program program;
        private final ReferenceAlgebra algebra;
        private final Program.Computation computation;
        private final ReadWriteLock lock = new ReentrantReadWriteLock(); // runs share it, close wants it alone
        private boolean closed;

        Compiled(Program program, ReferenceAlgebra algebra, Program.Computation computation) {
            this.program = program;
            this.algebra = algebra;
            this.computation = computation;
        }

        @Override
        public List<HostTensor> run(List<HostTensor> inputs) {
            lock.readLock().lock();
            try {
                if (closed) {
                    throw new BackendException("this executable is closed; compile the program again");
                }
                Checks.inputs(program.inputs(), inputs);
                List<Tensor> tensors = inputs.stream().map(algebra::constant).toList();
                return computation.run(tensors).stream()
                        .map(output -> ReferenceTensor.of(output).toHost())
                        .toList();
            } finally {
                lock.readLock().unlock();
            }
        }

        @Override
        public void close() {
            lock.writeLock().lock();
            try {
                closed = true;
            } finally {
                lock.writeLock().unlock();
            }
        }
    }
}
