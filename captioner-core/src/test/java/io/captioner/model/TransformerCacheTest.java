package io.captioner.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.fixtures.ParameterShapes;
import io.captioner.nn.Algebra;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceAlgebra;
import io.captioner.reference.ReferenceParameters;
import io.captioner.weights.Weights;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a word costs the transformer decoder, in multiplications of its matrix products. */
class TransformerCacheTest {
    private static final int WORDS = 64;
    private static final int WIDTH = 32;
    private static final int LAYERS = 2;
    private static final int VOCABULARY = 11;
    private static final int PLACES = 5;
    private static final int FEATURES = 6;

    private final TransformerDecoder architecture = TransformerDecoder.builder()
            .width(WIDTH)
            .heads(2)
            .feedForward(4 * WIDTH)
            .layers(LAYERS)
            .maxTokens(WORDS)
            .build();

    private final Counter counter = new Counter();

    @Test
    void aWordCostsAsMuchAsTheFirstAndAGlanceAtEachWordBefore() {
        long[] steps = cached();
        for (int t = 1; t < WORDS; t++) {
            // scores and values of one word more, in each layer
            assertThat(steps[t] - steps[t - 1]).as("word %d", t).isEqualTo(2L * LAYERS * WIDTH);
        }
        assertThat(steps[0]).isGreaterThan(WORDS * (steps[1] - steps[0]) / 2);
    }

    @Test
    void aCaptionsCostGrowsWithItsLengthAndNotWithTheSquare() {
        long[] cached = cached();
        long[] uncached = uncached();
        assertThat((double) sum(cached, 64) / sum(cached, 32)).isBetween(2.0, 2.2);
        assertThat((double) sum(cached, 32) / sum(cached, 16)).isBetween(2.0, 2.2);
        assertThat((double) sum(uncached, 64) / sum(uncached, 32)).isGreaterThan(3.6);
        assertThat(sum(uncached, 64)).isGreaterThan(25 * sum(cached, 64));
    }

    private static long sum(long[] steps, int words) {
        return LongStream.of(steps).limit(words).sum();
    }

    /** Of each word, the keys and values of those before it kept. */
    private long[] cached() {
        Decoder decoder = decoder();
        Decoder.State[] state = {decoder.start(features())};
        return LongStream.range(0, WORDS)
                .map(t -> counter.during(() ->
                        state[0] = decoder.step(tensor(HostTensor.ofLongs(Shape.of(1, 1), 5)), state[0])
                                .next()))
                .toArray();
    }

    /** Of each word, all words before it computed again. */
    private long[] uncached() {
        Decoder decoder = decoder();
        return LongStream.range(0, WORDS)
                .map(t -> counter.during(() -> decoder.teacherForced(
                        features(), tensor(HostTensor.ofLongs(Shape.of(1, 1, t + 2), new long[(int) t + 2])))))
                .toArray();
    }

    private Decoder decoder() {
        Weights weights = ParameterShapes.initial(parameters -> architecture.bind(parameters, FEATURES, VOCABULARY), 3);
        ReferenceAlgebra algebra = new ReferenceAlgebra();
        return architecture.bind(counter.parameters(ReferenceParameters.of(algebra, weights)), FEATURES, VOCABULARY);
    }

    private Tensor features() {
        return tensor(HostTensor.ofFloats(Shape.of(1, PLACES, FEATURES), new float[PLACES * FEATURES]));
    }

    private Tensor tensor(HostTensor value) {
        return counter.counting(Tensor.class, new ReferenceAlgebra().constant(value));
    }

    /** Stands before tensors, and counts the multiplications of {@code matmul} and {@code linear} by their shapes. */
    private static final class Counter {
        private long count;

        long during(Runnable work) {
            long before = count;
            work.run();
            return count - before;
        }

        Parameters parameters(Parameters parameters) {
            return counting(Parameters.class, parameters);
        }

        <T> T counting(Class<T> type, Object hidden) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Handler(hidden)));
        }

        private final class Handler implements InvocationHandler {
            private final Object hidden;

            Handler(Object hidden) {
                this.hidden = hidden;
            }

            @Override
            public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
                Object[] plain = new Object[arguments == null ? 0 : arguments.length];
                for (int i = 0; i < plain.length; i++) {
                    plain[i] = plain(arguments[i]);
                }
                Object result;
                try {
                    result = method.invoke(hidden, plain);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
                if (method.getName().equals("matmul") || method.getName().equals("linear")) {
                    count += ((Tensor) result).shape().size() * ((Tensor) hidden).dim(-1);
                }
                return wrapped(result);
            }
        }

        private static Object plain(Object value) {
            if (value != null && Proxy.isProxyClass(value.getClass())) {
                return ((Handler) Proxy.getInvocationHandler(value)).hidden;
            }
            return value instanceof List<?> list
                    ? list.stream().map(Counter::plain).toList()
                    : value;
        }

        private Object wrapped(Object value) {
            if (value instanceof Tensor) {
                return counting(Tensor.class, value);
            } else if (value instanceof Algebra) {
                return counting(Algebra.class, value);
            } else if (value instanceof Parameters) {
                return counting(Parameters.class, value);
            }
            return value instanceof List<?> list
                    ? list.stream().map(this::wrapped).toList()
                    : value;
        }
    }
}
