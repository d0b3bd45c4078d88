package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private final EncodedCaptions captions = Recipes.captions(0);

    @Test
    void showsEveryCaptionEveryEpoch() {
        for (int rows = 1; rows <= 5; rows++) {
            Set<String> seen = new HashSet<>();
            for (List<BatchPlan.Item> batch : BatchPlan.training(captions, 2, rows, false, 3, 0)) {
                for (BatchPlan.Item item : batch) {
                    assertThat(item.captions()).hasSize(rows);
                    Arrays.stream(item.captions()).forEach(caption -> seen.add(item.image() + "/" + caption));
                }
            }
            assertThat(seen).hasSize(captions.total());
        }
    }

    @Test
    void hasAsManyBatchesAsItSays() {
        for (int rows = 1; rows <= 5; rows++) {
            for (int images = 1; images <= 8; images++) {
                assertThat(BatchPlan.training(captions, images, rows, true, 3, 1))
                        .hasSize(BatchPlan.batches(captions, images, rows));
            }
        }
    }

    @Test
    void isTheSameForTheSameSeedAndEpochOnly() {
        String first = describe(BatchPlan.training(captions, 2, 2, true, 3, 1));
        assertThat(describe(BatchPlan.training(captions, 2, 2, true, 3, 1))).isEqualTo(first);
        assertThat(describe(BatchPlan.training(captions, 2, 2, true, 3, 2))).isNotEqualTo(first);
        assertThat(describe(BatchPlan.training(captions, 2, 2, true, 4, 1))).isNotEqualTo(first);
    }

    @Test
    void putsCaptionsOfSimilarLengthTogether() {
        long[][][] ids = new long[200][1][];
        for (int image = 0; image < ids.length; image++) {
            ids[image][0] = new long[3 + image % 20];
            Arrays.fill(ids[image][0], 4);
        }
        EncodedCaptions many = new EncodedCaptions(ids);
        long padded = 0;
        long words = 0;
        for (List<BatchPlan.Item> batch : BatchPlan.training(many, 10, 1, false, 5, 0)) {
            HostTensor tensor = many.tensor(batch);
            padded += tensor.shape().size();
            words += Arrays.stream(tensor.toLongArray()).filter(id -> id != 0).count();
        }
        assertThat((double) words / padded).isGreaterThan(0.9);
    }

    @Test
    void evaluatesEveryCaptionExactlyOnce() {
        List<String> seen = new ArrayList<>();
        for (List<BatchPlan.Item> batch : BatchPlan.evaluation(captions, 2, 3)) {
            for (BatchPlan.Item item : batch) {
                assertThat(item.flipped()).isFalse();
                Arrays.stream(item.captions())
                        .filter(caption -> caption != EncodedCaptions.NONE)
                        .forEach(caption -> seen.add(item.image() + "/" + caption));
            }
        }
        assertThat(seen).hasSize(captions.total()).doesNotHaveDuplicates();
    }

    @Test
    void padsToTheLongestCaptionOfTheBatch() {
        EncodedCaptions two = new EncodedCaptions(new long[][][] {{{1, 5, 2}}, {{1, 6, 7, 2}}});
        HostTensor tensor = two.tensor(List.of(
                new BatchPlan.Item(0, new int[] {0, EncodedCaptions.NONE}, false),
                new BatchPlan.Item(1, new int[] {0, 0}, false)));
        assertThat(tensor.shape()).isEqualTo(Shape.of(2, 2, 4));
        assertThat(tensor.toLongArray()).containsExactly(1, 5, 2, 0, 0, 0, 0, 0, 1, 6, 7, 2, 1, 6, 7, 2);
    }

    private static String describe(List<List<BatchPlan.Item>> batches) {
        StringBuilder text = new StringBuilder();
        for (List<BatchPlan.Item> batch : batches) {
            batch.forEach(item -> text.append(item.image())
                    .append(Arrays.toString(item.captions()))
                    .append(item.flipped()));
        }
        return text.toString();
    }
}
