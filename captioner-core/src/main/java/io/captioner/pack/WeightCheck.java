package io.captioner.pack;

import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import io.captioner.search.Unfamiliarity;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the weights that an architecture asks for with those that are there, before any backend is loaded. The architecture is bound
 * to tensors that have shapes and no elements.
 */
final class WeightCheck {
    private final Map<String, Shape> asked = new LinkedHashMap<>();

    private WeightCheck() {}

    /** The names and shapes that an architecture asks for. */
    static Map<String, Shape> required(CaptionerArchitecture architecture, int vocabularySize) {
        WeightCheck check = new WeightCheck();
        check.bind(architecture, vocabularySize);
        return check.asked;
    }

    /**
     * @param calibrated whether there is also what a calibrated package has
     * @param source how messages name the weights
     */
    static void check(
            CaptionerArchitecture architecture,
            int vocabularySize,
            boolean calibrated,
            WeightSource weights,
            String source) {
        WeightCheck check = new WeightCheck();
        boolean all = check.bind(architecture, vocabularySize);
        if (calibrated) {
            Unfamiliarity.bind(check.scope(""), architecture.encoder().featureSize());
        }
        WeightMapping.of(check.asked, weights, name -> name)
                .requireComplete(source, all ? "" : "; and there may be others");
    }

    private boolean bind(CaptionerArchitecture architecture, int vocabularySize) {
        boolean encoder = binds(() -> architecture.encoder().bind(scope("encoder.")));
        boolean decoder = binds(() -> architecture
                .decoder()
                .bind(scope("decoder."), architecture.encoder().featureSize(), vocabularySize));
        return encoder && decoder;
    }

    /** Returns whether all was asked for. What comes after a value was needed is checked by the backend, which has values. */
    private static boolean binds(Runnable binding) {
        try {
            binding.run();
            return true;
        } catch (NoValue e) {
            return false;
        }
    }

    private Parameters scope(String prefix) {
        return new Parameters() {
            @Override
            public Tensor parameter(String name, Shape shape, Initializer initializer) {
                asked.put(prefix + name, shape);
                return tensor(shape);
            }

            @Override
            public Tensor buffer(String name, Shape shape, Initializer initializer) {
                return parameter(name, shape, initializer);
            }

            @Override
            public Parameters scope(String name) {
                return WeightCheck.this.scope(prefix + name + ".");
            }

            @Override
            public Algebra algebra() {
                return proxy(Algebra.class, null);
            }
        };
    }

    /** Thrown where a value is asked for that only a backend has. */
    private static final class NoValue extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static Tensor tensor(@Nullable Shape shape) {
        return proxy(Tensor.class, shape);
    }

    private static <T> T proxy(Class<T> type, @Nullable Shape shape) {
        InvocationHandler handler = (self, method, arguments) -> answer(self, method, arguments, shape);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object answer(Object self, Method method, Object @Nullable [] arguments, @Nullable Shape shape)
            throws Throwable {
        if (method.getName().equals("training")) {
            return false;
        }
        if (method.getReturnType() == Algebra.class) {
            return proxy(Algebra.class, null);
        }
        if (method.getReturnType() == Tensor.class) {
            return tensor(null);
        }
        if (method.getReturnType() == Shape.class && shape != null) {
            return shape;
        }
        if (method.getReturnType() == DType.class && shape != null) {
            return DType.FLOAT32;
        }
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(self, method, arguments);
        }
        throw new NoValue();
    }
}
