package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Notes which weights are read: those that an architecture has, out of a file that may hold more (a classifier's last layer). */
final class RecordedWeights implements WeightSource {
    private final WeightSource source;
    private final Set<String> read = ConcurrentHashMap.newKeySet();

    RecordedWeights(WeightSource source) {
        this.source = source;
    }

    Set<String> read() {
        return Set.copyOf(read);
    }

    @Override
    public Set<String> names() {
        return source.names();
    }

    @Override
    public Shape shape(String name) {
        return source.shape(name);
    }

    @Override
    public HostTensor read(String name) {
        HostTensor tensor = source.read(name);
        read.add(name);
        return tensor;
    }
}
