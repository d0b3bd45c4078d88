package io.captioner.image;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Tensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/** Just enough of the algebra, in plain Java, to run the normalisation: one float operation after the other, per channel. */
final class PlainTensor {
    private PlainTensor() {}

    /** What {@code computation} makes of UINT8 (1, 3, H, W). */
    static float[] of(UnaryOperator<Tensor> computation, HostTensor pixels) {
        ByteBuffer bytes = pixels.bytes();
        float[] values = new float[bytes.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(i) & 0xff;
        }
        return values(computation.apply(tensor(values)));
    }

    private static float[] values(Object tensor) {
        return ((Handler) Proxy.getInvocationHandler(tensor)).values;
    }

    private static Tensor tensor(float[] values) {
        return (Tensor) Proxy.newProxyInstance(
                Tensor.class.getClassLoader(), new Class<?>[] {Tensor.class}, new Handler(values));
    }

    private record Handler(float[] values) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "to" -> {
                    if (arguments[0] != DType.FLOAT32) {
                        throw new AssertionError("to " + arguments[0]);
                    }
                    yield proxy;
                }
                case "algebra" ->
                    Proxy.newProxyInstance(
                            Algebra.class.getClassLoader(),
                            new Class<?>[] {Algebra.class},
                            (self, constant, values) -> tensor(((HostTensor) values[0]).toFloatArray()));
                case "times" -> combine(PlainTensor.values(arguments[0]), (a, b) -> a * b);
                case "plus" -> combine(PlainTensor.values(arguments[0]), Float::sum);
                default -> throw new AssertionError(method + " is not expected");
            };
        }

        private Tensor combine(float[] perChannel, java.util.function.BinaryOperator<Float> operation) {
            float[] result = new float[values.length];
            for (int i = 0; i < result.length; i++) {
                result[i] = operation.apply(values[i], perChannel[i / (values.length / 3)]);
            }
            return tensor(result);
        }
    }
}
