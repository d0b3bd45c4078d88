package io.captioner.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ShapesTest {
    private static final long N = Shape.UNKNOWN;

    @Test
    void broadcastAlignsAtTheLastAxis() {
        assertThat(Shapes.broadcast("plus", s(2, 3), s(3))).isEqualTo(s(2, 3));
        assertThat(Shapes.broadcast("plus", s(2, 1, 4), s(3, 1))).isEqualTo(s(2, 3, 4));
        assertThat(Shapes.broadcast("plus", s(), s())).isEqualTo(s());
        assertThat(Shapes.broadcast("plus", s(0, 3), s(1, 3))).isEqualTo(s(0, 3));
        assertThat(Shapes.broadcast("choose", s(2, 1), s(1, 3), s())).isEqualTo(s(2, 3));
    }

    @Test
    void anUnknownExtentBroadcastsToTheKnownOne() {
        assertThat(Shapes.broadcast("plus", s(N, 3), s(1, 3))).isEqualTo(s(N, 3));
        assertThat(Shapes.broadcast("plus", s(1, 3), s(N, 3))).isEqualTo(s(N, 3));
        assertThat(Shapes.broadcast("plus", s(N), s(5))).isEqualTo(s(5));
        assertThat(Shapes.broadcast("plus", s(5), s(N))).isEqualTo(s(5));
        assertThat(Shapes.broadcast("plus", s(N), s(N))).isEqualTo(s(N));
    }

    @Test
    void broadcastNamesOperationAndShapes() {
        assertThatThrownBy(() -> Shapes.broadcast("plus", s(2, 3), s(2, 4)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("plus of (2, 3) and (2, 4): expected extents equal or 1, aligned at the last axis");
    }

    @Property
    void broadcastIsSymmetricAndKeepsItself(
            @ForAll @Size(max = 4) List<@LongRange(min = 1, max = 3) Long> a,
            @ForAll @Size(max = 4) List<@LongRange(min = 1, max = 3) Long> b) {
        Shape left = of(a);
        Shape right = of(b);
        Shape both;
        try {
            both = Shapes.broadcast("plus", left, right);
        } catch (ShapeException e) {
            assertFails(() -> Shapes.broadcast("plus", right, left));
            return;
        }
        assertThat(Shapes.broadcast("plus", right, left)).isEqualTo(both);
        assertThat(Shapes.broadcast("plus", both, left)).isEqualTo(both);
        assertThat(both.rank()).isEqualTo(Math.max(left.rank(), right.rank()));
    }

    @Test
    void reductionDropsOrKeepsAxes() {
        assertThat(Shapes.reduce("sum", s(2, 3, 4), false)).isEqualTo(s());
        assertThat(Shapes.reduce("sum", s(2, 3, 4), true)).isEqualTo(s(1, 1, 1));
        assertThat(Shapes.reduce("sum", s(N, 3, 4), false, -1, 1)).isEqualTo(s(N));
        assertThat(Shapes.reduce("mean", s(2, 3, 4), true, 0)).isEqualTo(s(1, 3, 4));
        assertFails(() -> Shapes.reduce("sum", s(2, 3), false, 1, -1));
        assertFails(() -> Shapes.reduce("sum", s(2, 3), false, 2));
        assertThat(Shapes.max(s(2, 3), false, 0)).isEqualTo(s(3));
        assertFails(() -> Shapes.max(s(2, 0), false, 1));
    }

    @Test
    void topKReplacesTheLastExtent() {
        assertThat(Shapes.topK(s(2, 7), s(), 3)).isEqualTo(s(2, 3));
        assertThat(Shapes.topK(s(2, 7), s(), N)).isEqualTo(s(2, N));
        assertThat(Shapes.topK(s(2, N), s(), 3)).isEqualTo(s(2, 3));
        assertFails(() -> Shapes.topK(s(2, 7), s(), 8));
        assertFails(() -> Shapes.topK(s(2, 7), s(), 0));
        assertFails(() -> Shapes.topK(s(2, 7), s(1), 3));
        assertFails(() -> Shapes.topK(s(), s(), 1));
    }

    @Test
    void reshapeKeepsInfersAndChecks() {
        assertThat(FormShapes.reshape(s(2, 3, 4), 6, 4)).isEqualTo(s(6, 4));
        assertThat(FormShapes.reshape(s(2, 3, 4), 0, -1)).isEqualTo(s(2, 12));
        assertThat(FormShapes.reshape(s(2, 3, 4), -1)).isEqualTo(s(24));
        assertThat(FormShapes.reshape(s())).isEqualTo(s());
        assertThat(FormShapes.reshape(s(), 1, 1)).isEqualTo(s(1, 1));
        assertThat(FormShapes.reshape(s(N, 3, 4), 0, -1)).isEqualTo(s(N, 12));
        assertThat(FormShapes.reshape(s(N, 3, 4), -1, 4)).isEqualTo(s(N, 4));
        assertThat(FormShapes.reshape(s(N, 12), 0, 3, 4)).isEqualTo(s(N, 3, 4));
        assertThat(FormShapes.reshape(s(N, 12), 2, 6)).isEqualTo(s(2, 6));
        assertThat(FormShapes.reshape(s(0, 3), 0, 3, 1)).isEqualTo(s(0, 3, 1));
        assertFails(() -> FormShapes.reshape(s(2, 3), 4, 2));
        assertFails(() -> FormShapes.reshape(s(2, 3), 4, -1));
        assertFails(() -> FormShapes.reshape(s(2, 3), -1, -1));
        assertFails(() -> FormShapes.reshape(s(2, 3), 2, 3, 0));
        assertFails(() -> FormShapes.reshape(s(2, 3), -2, 3));
        assertFails(() -> FormShapes.reshape(s(N, 12), 0, 5));
        assertFails(() -> FormShapes.reshape(s(N, 12), 5, 2));
    }

    @Property
    void reshapeWithOneInferredExtentKeepsTheNumberOfElements(
            @ForAll @Size(min = 1, max = 4) List<@LongRange(min = 1, max = 5) Long> dims,
            @ForAll @IntRange(max = 3) int at) {
        Assume.that(at < dims.size());
        Shape shape = of(dims);
        long[] wanted = shape.toArray();
        wanted[at] = -1;
        assertThat(FormShapes.reshape(of(List.of(shape.size())), wanted)).isEqualTo(shape);
    }

    @Test
    void transposeNeedsEachAxisOnce() {
        assertThat(FormShapes.transpose(s(2, 3, N), 2, 0, 1)).isEqualTo(s(N, 2, 3));
        assertThat(FormShapes.transpose(s(2, 3, 4), 0, -1, 1)).isEqualTo(s(2, 4, 3));
        assertFails(() -> FormShapes.transpose(s(2, 3), 0));
        assertFails(() -> FormShapes.transpose(s(2, 3), 0, 0));
        assertFails(() -> FormShapes.transpose(s(2, 3), 0, 2));
    }

    @Test
    void axesComeAndGo() {
        assertThat(FormShapes.expandDims(s(2, 3), 0)).isEqualTo(s(1, 2, 3));
        assertThat(FormShapes.expandDims(s(2, 3), -1)).isEqualTo(s(2, 3, 1));
        assertThat(FormShapes.expandDims(s(2, 3), 2)).isEqualTo(s(2, 3, 1));
        assertThat(FormShapes.expandDims(s(), 0)).isEqualTo(s(1));
        assertFails(() -> FormShapes.expandDims(s(2, 3), 3));
        assertThat(FormShapes.squeeze(s(2, 1, 3), 1)).isEqualTo(s(2, 3));
        assertThat(FormShapes.squeeze(s(2, N), -1)).isEqualTo(s(2));
        assertFails(() -> FormShapes.squeeze(s(2, 3), 1));
    }

    @Test
    void sliceCountsNegativeBoundsFromTheEnd() {
        assertThat(FormShapes.slice(s(2, 5), 1, 1, 3)).isEqualTo(s(2, 2));
        assertThat(FormShapes.slice(s(2, 5), -1, -2, Long.MAX_VALUE)).isEqualTo(s(2, 2));
        assertThat(FormShapes.slice(s(2, 5), 1, 0, -1)).isEqualTo(s(2, 4));
        assertThat(FormShapes.slice(s(2, 5), 1, 2, 2)).isEqualTo(s(2, 0));
        assertThat(FormShapes.slice(s(2, 5), 1, 5, Long.MAX_VALUE)).isEqualTo(s(2, 0));
        assertThat(FormShapes.slice(s(2, N), 1, 0, 1)).isEqualTo(s(2, 1));
        assertThat(FormShapes.slice(s(2, N), 1, -3, -1)).isEqualTo(s(2, 2));
        assertThat(FormShapes.slice(s(2, N), 1, -1, Long.MAX_VALUE)).isEqualTo(s(2, 1));
        assertThat(FormShapes.slice(s(2, N), 1, 1, Long.MAX_VALUE)).isEqualTo(s(2, N));
        assertThat(FormShapes.slice(s(2, N), 1, 1, -1)).isEqualTo(s(2, N));
        assertFails(() -> FormShapes.slice(s(2, 5), 1, 0, 6));
        assertFails(() -> FormShapes.slice(s(2, 5), 1, -6, 5));
        assertFails(() -> FormShapes.slice(s(2, 5), 1, 3, 2));
        assertFails(() -> FormShapes.slice(s(2, N), 1, 3, 2));
        assertFails(() -> FormShapes.slice(s(2, 5), 2, 0, 1));
    }

    @Test
    void splitNeedsAKnownDivisibleExtent() {
        assertThat(FormShapes.split(s(N, 6), 1, 3)).isEqualTo(s(N, 2));
        assertFails(() -> FormShapes.split(s(2, 6), 1, 4));
        assertFails(() -> FormShapes.split(s(N, 6), 0, 2));
        assertFails(() -> FormShapes.split(s(2, 6), 1, 0));
    }

    @Test
    void expandRepeatsAxesOfExtentOne() {
        assertThat(FormShapes.expand(s(1, 3), 4, -1)).isEqualTo(s(4, 3));
        assertThat(FormShapes.expand(s(N, 1), -1, 2)).isEqualTo(s(N, 2));
        assertFails(() -> FormShapes.expand(s(2, 3), 4, 3));
        assertFails(() -> FormShapes.expand(s(3), 4, 3));
        assertThat(FormShapes.expandAs(s(1, 3), s(N, 3))).isEqualTo(s(N, 3));
        assertThat(FormShapes.expandAs(s(4, 3), s(N, 3))).isEqualTo(s(4, 3));
        assertFails(() -> FormShapes.expandAs(s(2, 3), s(4, 3)));
        assertFails(() -> FormShapes.expandAs(s(3), s(4, 3)));
    }

    @Test
    void concatAddsExtents() {
        assertThat(FormShapes.concat(1, List.of(s(2, 3), s(2, 4)))).isEqualTo(s(2, 7));
        assertThat(FormShapes.concat(-1, List.of(s(N, 3), s(2, N)))).isEqualTo(s(2, N));
        assertThat(FormShapes.concat(0, List.of(s(0, 3), s(2, 3)))).isEqualTo(s(2, 3));
        assertFails(() -> FormShapes.concat(0, List.of()));
        assertFails(() -> FormShapes.concat(0, List.of(s(2, 3), s(2, 4))));
        assertFails(() -> FormShapes.concat(0, List.of(s(2, 3), s(2))));
        assertFails(() -> FormShapes.concat(2, List.of(s(2, 3), s(2, 3))));
    }

    @Test
    void lookUpsTakeTheShapeOfTheirIndex() {
        assertThat(FormShapes.rows(s(9, 5), s(N, 3))).isEqualTo(s(N, 3, 5));
        assertThat(FormShapes.rows(s(9), s())).isEqualTo(s());
        assertFails(() -> FormShapes.rows(s(), s(2)));
        assertThat(FormShapes.gatherRows(s(N, 3, 5), s(2, 4))).isEqualTo(s(2, 4, 5));
        assertFails(() -> FormShapes.gatherRows(s(3, 3, 5), s(2, 4)));
        assertFails(() -> FormShapes.gatherRows(s(3), s(3, 1)));
        assertThat(FormShapes.gather(s(2, 7), 1, s(2, 3))).isEqualTo(s(2, 3));
        assertThat(FormShapes.gather(s(2, 7), -1, s(N, 3))).isEqualTo(s(2, 3));
        assertFails(() -> FormShapes.gather(s(2, 7), 1, s(1, 3)));
        assertFails(() -> FormShapes.gather(s(2, 7), 1, s(3)));
    }

    @Test
    void matmulBroadcastsLeadingAxes() {
        assertThat(LayerShapes.matmul(s(2, 3), s(3, 4))).isEqualTo(s(2, 4));
        assertThat(LayerShapes.matmul(s(5, 1, 2, 3), s(6, 3, 4))).isEqualTo(s(5, 6, 2, 4));
        assertThat(LayerShapes.matmul(s(N, 2, N), s(N, 3, 4))).isEqualTo(s(N, 2, 4));
        assertFails(() -> LayerShapes.matmul(s(2, 3), s(4, 3)));
        assertFails(() -> LayerShapes.matmul(s(3), s(3, 4)));
        assertFails(() -> LayerShapes.matmul(s(2, 2, 3), s(3, 3, 4)));
        assertThat(LayerShapes.linear(s(N, 5, 3), s(4, 3), s(4))).isEqualTo(s(N, 5, 4));
        assertThat(LayerShapes.linear(s(3), s(4, 3), null)).isEqualTo(s(4));
        assertFails(() -> LayerShapes.linear(s(2, 3), s(3, 4), null));
        assertFails(() -> LayerShapes.linear(s(2, 3), s(4, 3), s(3)));
        assertFails(() -> LayerShapes.linear(s(2, 3), s(4, 3), s(1, 4)));
    }

    @Test
    void convolutionsAndPoolsCountWindows() {
        Convolution same = Convolution.same(9, 8, 3, 2);
        assertThat(LayerShapes.conv2d(s(N, 4, 9, 8), s(6, 4, 3, 3), s(6), same)).isEqualTo(s(N, 6, 5, 4));
        assertThat(LayerShapes.conv2d(
                        s(1, 4, N, 8), s(4, 1, 3, 3), null, Convolution.of(1, 1).grouped(4)))
                .isEqualTo(s(1, 4, N, 8));
        assertFails(() -> LayerShapes.conv2d(s(1, 4, 9, 8), s(6, 3, 3, 3), null, same));
        assertFails(() -> LayerShapes.conv2d(s(1, 4, 9, 8), s(6, 4, 3, 3), s(4), same));
        assertFails(() -> LayerShapes.conv2d(s(1, 4, 9, 8), s(6, 2, 3, 3), null, same.grouped(4)));
        assertFails(() -> LayerShapes.conv2d(s(4, 9, 8), s(6, 4, 3, 3), null, same));
        assertFails(() -> LayerShapes.conv2d(s(1, 4, 2, 8), s(6, 4, 5, 5), null, Convolution.of(1, 1)));
        assertThat(LayerShapes.pool2d("maxPool2d", s(2, 3, 9, 7), 3, 2, 1)).isEqualTo(s(2, 3, 5, 4));
        assertThat(LayerShapes.pool2d("avgPool2d", s(2, 3, 9, N), 2, 2, 0)).isEqualTo(s(2, 3, 4, N));
        assertFails(() -> LayerShapes.pool2d("maxPool2d", s(2, 3, 9, 7), 3, 2, 2));
        assertFails(() -> LayerShapes.pool2d("maxPool2d", s(3, 9, 7), 3, 2, 1));
        assertFails(() -> LayerShapes.pool2d("avgPool2d", s(2, 3, 1, 7), 2, 2, 0));
        assertThat(LayerShapes.adaptiveAvgPool2d(s(N, 3, 9, 7), 14, 14)).isEqualTo(s(N, 3, 14, 14));
        assertFails(() -> LayerShapes.adaptiveAvgPool2d(s(1, 3, N, 7), 14, 14));
        assertFails(() -> LayerShapes.adaptiveAvgPool2d(s(1, 3, 9, 7), 0, 14));
    }

    @Test
    void normsWantOneParameterForEachChannel() {
        assertThat(LayerShapes.batchNorm(s(N, 3, 4, 5), s(3), s(3), s(3), s(3))).isEqualTo(s(N, 3, 4, 5));
        assertFails(() -> LayerShapes.batchNorm(s(2, 3, 4, 5), s(3), s(3), s(4), s(3)));
        assertFails(() -> LayerShapes.batchNorm(s(3), s(3), s(3), s(3), s(3)));
        assertThat(LayerShapes.layerNorm(s(N, 3), s(3), s(3))).isEqualTo(s(N, 3));
        assertFails(() -> LayerShapes.layerNorm(s(2, 3), s(3), s(2)));
    }

    private static Shape s(long... dims) {
        return Shape.of(dims);
    }

    private static Shape of(List<Long> dims) {
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    private static void assertFails(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessageContaining("expected");
    }
}
