package io.captioner.runtime;

import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.nn.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Reads the pictures of a batch on a few threads: the caller's, and those of the common pool that have time. */
final class Pictures {
    /** A large photo takes 200 MB while it is read, so there are never many at once. */
    private static final int READERS = 4;

    private final ImageTransform transform;
    private final List<ImageInput> images;
    private final List<CompletableFuture<byte[]>> pixels;
    private final AtomicInteger next = new AtomicInteger();

    private Pictures(ImageTransform transform, List<ImageInput> images) {
        this.transform = transform;
        this.images = images;
        this.pixels = Stream.generate(CompletableFuture<byte[]>::new)
                .limit(images.size())
                .toList();
    }

    /** As {@link ImageTransform#apply}: of several pictures that cannot be read, the first is named. */
    static HostTensor read(ImageTransform transform, List<ImageInput> images) {
        Pictures pictures = new Pictures(transform, images);
        int readers =
                Math.min(images.size(), Math.min(READERS, Runtime.getRuntime().availableProcessors()));
        List<CompletableFuture<Void>> helpers = new ArrayList<>();
        for (int i = 1; i < readers; i++) {
            helpers.add(CompletableFuture.runAsync(CallersLoader.with(pictures::work)));
        }
        pictures.work();
        helpers.forEach(helper -> helper.cancel(false)); // one that has not begun finds nothing left
        return pictures.batch();
    }

    private void work() {
        for (int i = next.getAndIncrement(); i < images.size(); i = next.getAndIncrement()) {
            try {
                pixels.get(i).complete(transform.pixels(images.get(i)));
            } catch (RuntimeException | Error e) {
                pixels.get(i).completeExceptionally(e);
            }
        }
    }

    private HostTensor batch() {
        List<byte[]> read = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            read.add(pixels(i));
        }
        return transform.batch(read);
    }

    private byte[] pixels(int i) {
        try {
            return pixels.get(i).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ImageException failure && failure.kind() != ImageException.Kind.TOO_LARGE) {
                throw failure;
            }
            return transform.pixels(images.get(i)); // alone it may fit; else it fails in this thread
        }
    }
}
