package io.captioner.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Which pictures and captions stand together in the batches of an epoch. Depends on seed and epoch alone.
 *
 * <p>Every caption is seen once an epoch: a picture with more captions than rows stands in several batches; one with fewer repeats some.
 */
final class BatchPlan {
    /** Batches among which captions are sorted by length: more pads less, fewer mixes better. */
    private static final int CHUNK = 20;

    private BatchPlan() {}

    /**
     * A picture in a batch.
     *
     * @param image its number
     * @param captions numbers of its captions, one a row
     * @param flipped whether left and right are exchanged
     * @param seed of what else is drawn for it, another in each epoch
     */
    record Item(int image, int[] captions, boolean flipped, long seed) {
        /** With nothing else to be drawn. */
        Item(int image, int[] captions, boolean flipped) {
            this(image, captions, flipped, 0);
        }
    }

    /** Batches of an epoch, shuffled; captions of similar length share a batch. */
    static List<List<Item>> training(
            EncodedCaptions captions, int images, int rows, boolean flips, long seed, int epoch) {
        Random random = Seeds.random(seed, Seeds.ORDER, epoch);
        List<Item> items = new ArrayList<>();
        for (int image = 0; image < captions.images(); image++) {
            long ofImage = Seeds.mix(Seeds.mix(seed, Seeds.PICTURES, epoch), Seeds.PICTURES, image);
            items.addAll(itemsOf(captions, image, rows, flips, random, ofImage));
        }
        Collections.shuffle(items, random);
        Comparator<Item> byLength = Comparator.comparingInt(item -> length(captions, item));
        List<List<Item>> batches = new ArrayList<>();
        for (int from = 0; from < items.size(); from += CHUNK * images) {
            List<Item> chunk = items.subList(from, Math.min(items.size(), from + CHUNK * images));
            chunk.sort(byLength);
            split(chunk, images, batches);
        }
        Collections.shuffle(batches, random);
        return batches;
    }

    /** Every caption exactly once, a row each, by length; where a picture has fewer captions than rows, the rest is padding. */
    static List<List<Item>> evaluation(EncodedCaptions captions, int images, int rows) {
        List<Item> items = new ArrayList<>();
        for (int image = 0; image < captions.images(); image++) {
            int count = captions.of(image).length;
            for (int from = 0; from < count; from += rows) {
                int[] chosen = new int[rows];
                for (int row = 0; row < rows; row++) {
                    chosen[row] = from + row < count ? from + row : EncodedCaptions.NONE;
                }
                items.add(new Item(image, chosen, false));
            }
        }
        items.sort(Comparator.comparingInt(item -> length(captions, item)));
        List<List<Item>> batches = new ArrayList<>();
        split(items, images, batches);
        return batches;
    }

    /** Number of batches of a training epoch. */
    static int batches(EncodedCaptions captions, int images, int rows) {
        int items = 0;
        for (int image = 0; image < captions.images(); image++) {
            items += (captions.of(image).length + rows - 1) / rows;
        }
        return (items + images - 1) / images;
    }

    private static List<Item> itemsOf(
            EncodedCaptions captions, int image, int rows, boolean flips, Random random, long seed) {
        int count = captions.of(image).length;
        List<Integer> order = new ArrayList<>();
        for (int caption = 0; caption < count; caption++) {
            order.add(caption);
        }
        Collections.shuffle(order, random);
        List<Item> items = new ArrayList<>();
        for (int from = 0; from < count; from += rows) {
            int[] chosen = new int[rows];
            for (int row = 0; row < rows; row++) {
                chosen[row] = order.get((from + row) % count);
            }
            items.add(new Item(image, chosen, flips && random.nextBoolean(), Seeds.mix(seed, Seeds.PICTURES, from)));
        }
        return items;
    }

    /** The longest caption decides how far a batch is padded, the median how much of that is wasted. */
    private static int length(EncodedCaptions captions, Item item) {
        int[] lengths = Arrays.stream(item.captions())
                .map(caption -> caption == EncodedCaptions.NONE ? 0 : captions.of(item.image())[caption].length)
                .sorted()
                .toArray();
        return lengths[lengths.length - 1] + lengths[lengths.length / 2];
    }

    private static void split(List<Item> items, int size, List<List<Item>> batches) {
        for (int from = 0; from < items.size(); from += size) {
            batches.add(List.copyOf(items.subList(from, Math.min(items.size(), from + size))));
        }
    }
}
