package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the weights that an architecture asks for with those that are there, before any backend is loaded. The architecture is bound
 * to tensors that have shapes and no elements.
 */
final class WeightCheck {
    private final WeightSource weights;
    private final Set<String> names;
    private final List<String> faults = new ArrayList<>();

    private WeightCheck(WeightSource weights) {
        this.weights = weights;
        this.names = weights.names();
    }

    /** @param source how messages name the weights */
    static void check(CaptionerArchitecture architecture, int vocabularySize, WeightSource weights, String source) {
        WeightCheck check = new WeightCheck(weights);
        boolean encoder = binds(() -> architecture.encoder().bind(check.scope("encoder.")));
        boolean decoder = binds(() -> architecture
                .decoder()
                .bind(check.scope("decoder."), architecture.encoder().featureSize(), vocabularySize));
        if (!check.faults.isEmpty()) {
            List<String> first = check.faults.subList(0, Math.min(4, check.faults.size()));
            int more = check.faults.size() - first.size();
            throw new ModelException(source + ": the tensors do not fit the architecture: " + String.join("; ", first)
                    + (more > 0 ? "; and " + more + " more" : "")
                    + (encoder && decoder ? "" : "; and there may be others")
                    + ". Take the weights of this architecture, or correct the architecture in " + PackageFiles.JSON);
        }
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
                String full = prefix + name;
                if (!names.contains(full)) {
                    faults.add("there is no tensor " + full + " " + shape);
                } else if (!weights.shape(full).equals(shape)) {
                    faults.add("tensor " + full + " is " + weights.shape(full) + " instead of " + shape);
                }
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
