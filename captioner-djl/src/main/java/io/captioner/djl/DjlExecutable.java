package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDManager;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A program whose parameters lie in libtorch's memory. Each run is a scope of its own in it. */
final class DjlExecutable implements Executable {
    private final Program program;
    private final int threads;
    private final PtNDManager root;
    private final DjlAlgebra algebra;
    private final Program.Computation computation;
    /** Read: a run; write: closing. */
    private final ReadWriteLock gate = new ReentrantReadWriteLock();

    private boolean closed;

    DjlExecutable(Program program, WeightSource weights, Device device, int threads) {
        this.program = program;
        this.threads = Libtorch.threads(threads);
        this.root = Libtorch.newManager(device);
        this.algebra = new DjlAlgebra(root);
        try {
            this.computation = bind(weights);
        } catch (RuntimeException e) {
            root.close();
            throw Libtorch.failure("binding a program", e);
        }
    }

    private Program.Computation bind(WeightSource weights) {
        Libtorch.useThreads(threads);
        Map<String, DjlTensor> bound = new HashMap<>();
        DjlParameters.Store store = (name, shape, initializer, buffer) -> {
            DjlTensor tensor = bound.computeIfAbsent(name, key -> load(weights, key, shape));
            if (!tensor.shape().equals(shape)) {
                throw Stored.differs(name, tensor.shape(), shape);
            }
            return tensor;
        };
        try (Run run = Run.binding(algebra)) {
            return program.bind(new DjlParameters(algebra, store));
        }
    }

    private DjlTensor load(WeightSource weights, String name, Shape shape) {
        if (!weights.names().contains(name)) {
            throw Stored.missing(weights, name, shape);
        }
        HostTensor value = Stored.read(weights, name, shape);
        return new DjlTensor(algebra, Transfer.copy(root, value), DType.FLOAT32, shape);
    }

    @Override
    public List<HostTensor> run(List<HostTensor> inputs) {
        Ports.check(program, inputs);
        gate.readLock().lock();
        try {
            if (closed) {
                throw new BackendException("the model is closed; build another captioner");
            }
            Libtorch.useThreads(threads);
            try (Run run = Run.inference(algebra)) {
                return Ports.read(program, computation.run(Ports.bind(algebra, inputs)));
            }
        } catch (RuntimeException e) {
            throw Libtorch.failure("a run", e);
        } finally {
            gate.readLock().unlock();
        }
    }

    @Override
    public void close() {
        gate.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                root.close();
            }
        } finally {
            gate.writeLock().unlock();
        }
    }
}
