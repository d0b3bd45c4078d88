package io.captioner.runtime;

import io.captioner.BackendException;
import io.captioner.Caption;
import io.captioner.GenerationOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Says the byte it was given; can be held. */
final class EchoRunner implements Batcher.Runner, AutoCloseable {
    final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch released;

    EchoRunner(boolean held) {
        this.released = new CountDownLatch(held ? 1 : 0);
    }

    /** Lets go, so that a failed assertion does not leave the batcher waiting. */
    @Override
    public void close() {
        released.countDown();
    }

    @Override
    public List<Caption> run(List<byte[]> pictures, GenerationOptions options) {
        sizes.add(pictures.size());
        running.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return pictures.stream()
                .map(picture -> {
                    if (picture[0] < 0) {
                        throw new BackendException("the runtime failed");
                    }
                    return caption(picture[0] + " by " + options.beamWidth());
                })
                .toList();
    }

    static Caption caption(String text) {
        return new Caption(text, List.of(), 0, Caption.Finish.END, List.of(), "echo");
    }
}
