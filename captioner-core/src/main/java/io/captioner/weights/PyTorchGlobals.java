package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.nn.Shape;
import io.captioner.weights.Pickled.Dictionary;
import io.captioner.weights.Pickled.Global;
import io.captioner.weights.Pickled.Other;
import io.captioner.weights.Pickled.Storage;
import io.captioner.weights.Pickled.StoredTensor;
import io.captioner.weights.Pickled.Text;
import io.captioner.weights.Pickled.Tuple;
import io.captioner.weights.Pickled.Whole;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of Python's that a checkpoint may use, and what each one means. Every other is refused. */
final class PyTorchGlobals {
    /** Of a tensor: far above what any layer has. */
    private static final int MAX_RANK = 16;

    /** Of storages: digits in PyTorch's files. Letters, as a key becomes part of a path in the archive. */
    private static final Pattern KEY = Pattern.compile("[0-9A-Za-z_-]{1,64}");

    private static final Map<String, StoredType> STORAGES = Map.of(
            "torch.DoubleStorage", StoredType.F64,
            "torch.FloatStorage", StoredType.F32,
            "torch.HalfStorage", StoredType.F16,
            "torch.BFloat16Storage", StoredType.BF16,
            "torch.LongStorage", StoredType.I64,
            "torch.IntStorage", StoredType.I32,
            "torch.ShortStorage", StoredType.I16,
            "torch.CharStorage", StoredType.I8,
            "torch.ByteStorage", StoredType.U8,
            "torch.BoolStorage", StoredType.BOOL);

    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String SIZE = "torch.Size";
    private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String PARAMETER = "torch._utils._rebuild_parameter";
    private static final Set<String> CALLED = Set.of(ORDERED_DICT, SIZE, TENSOR, PARAMETER);

    private final String file;

    /** @param file how messages name it */
    PyTorchGlobals(String file) {
        this.file = file;
    }

    Global find(String module, String name) {
        Global global = new Global(module, name);
        if (!CALLED.contains(global.toString()) && !STORAGES.containsKey(global.toString())) {
            throw new ModelException(
                    file + " asks for " + global + ", which is no tensor and is refused: a checkpoint is"
                            + " read as tensors, no code of it runs; in PyTorch, save the state dict alone");
        }
        return global;
    }

    /** What Python would get by calling {@code function} with {@code arguments}. */
    Pickled call(Pickled function, Pickled arguments) {
        if (!(function instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw damaged("it calls what is no function");
        }
        List<Pickled> values = tuple.items();
        return switch (global.toString()) {
            case ORDERED_DICT -> {
                if (!values.isEmpty()) {
                    throw damaged("it makes a dictionary of " + values.size() + " arguments");
                }
                yield new Dictionary();
            }
            case SIZE -> new Other("size");
            case TENSOR -> tensor(values);
            case PARAMETER -> {
                if (values.isEmpty() || !(values.get(0) instanceof StoredTensor parameter)) {
                    throw damaged("it has a parameter that is no tensor");
                }
                yield parameter;
            }
            default -> throw damaged("it calls " + global);
        };
    }

    /** ('storage', type, key, device, elements). */
    Storage storage(Pickled reference) {
        if (reference instanceof Tuple tuple
                && tuple.items().size() == 5
                && tuple.items().get(0).equals(new Text("storage"))
                && tuple.items().get(1) instanceof Global global
                && tuple.items().get(2) instanceof Text key
                && tuple.items().get(4) instanceof Whole elements) {
            @Nullable StoredType type = STORAGES.get(global.toString());
            if (type != null && KEY.matcher(key.value()).matches() && elements.value() >= 0) {
                return new Storage(type, key.value(), elements.value());
            }
        }
        throw damaged("it refers to something outside that is no storage");
    }

    /** _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, ...). */
    private StoredTensor tensor(List<Pickled> values) {
        if (values.size() < 4
                || !(values.get(0) instanceof Storage storage)
                || !(values.get(1) instanceof Whole offset)) {
            throw damaged("it has a tensor without storage");
        }
        long[] dims = longs(values.get(2));
        long[] strides = longs(values.get(3));
        if (dims.length != strides.length || offset.value() < 0) {
            throw damaged("it has a tensor of " + dims.length + " extents and " + strides.length + " strides");
        }
        try {
            StoredTensor tensor = new StoredTensor(storage, offset.value(), Shape.of(dims), strides);
            if (tensor.shape().size() > storage.elements()) {
                throw new ModelException(file + " has a tensor " + tensor.shape() + " over a storage of "
                        + storage.elements() + " elements; in PyTorch, make it contiguous() before it is saved");
            }
            if (Math.addExact(tensor.offset(), tensor.span()) > storage.elements()) {
                throw damaged("a tensor reaches beyond its storage");
            }
            return tensor;
        } catch (ArithmeticException e) {
            throw damaged("it has a tensor of a size beyond all bounds");
        }
    }

    private long[] longs(Pickled value) {
        if (!(value instanceof Tuple tuple) || tuple.items().size() > MAX_RANK) {
            throw damaged("it has a tensor whose size is no tuple of at most " + MAX_RANK + " numbers");
        }
        long[] values = new long[tuple.items().size()];
        for (int i = 0; i < values.length; i++) {
            if (!(tuple.items().get(i) instanceof Whole whole) || whole.value() < 0) {
                throw damaged("it has a tensor with an extent or stride that is no number from 0");
            }
            values[i] = whole.value();
        }
        return values;
    }

    private ModelException damaged(String why) {
        return new ModelException(file + " is damaged: " + why);
    }
}
