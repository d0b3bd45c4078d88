package io.captioner.nn;

import java.util.Arrays;
import java.util.List;

/**
 * What a backend checks beside {@linkplain Shapes shapes}: element types of operands, inputs against ports, and what a loop is given
 * and gives. Each method throws a {@link ShapeException} that names the operation, what it got and what was expected.
 */
public final class Checks {
    private Checks() {}

    /** The type of all operands: equal, and one of {@code allowed} (any when none is named). */
    public static DType types(String operation, List<DType> allowed, Tensor... operands) {
        DType type = operands[0].type();
        boolean equal = true;
        for (Tensor operand : operands) { // no stream: eager backends ask before every operation
            equal &= operand.type() == type;
        }
        if (!equal || !allowed.isEmpty() && !allowed.contains(type)) {
            String wanted = allowed.isEmpty()
                    ? "one type"
                    : allowed.size() == 1 ? allowed.get(0).toString() : "one of " + allowed;
            throw new ShapeException(operation + " of "
                    + String.join(
                            " and ",
                            Arrays.stream(operands).map(Checks::describe).toList())
                    + ": expected " + wanted + (operands.length > 1 ? " for all" : ""));
        }
        return type;
    }

    /** Operands of FLOAT32. */
    public static void floats(String operation, Tensor... operands) {
        types(operation, List.of(DType.FLOAT32), operands);
    }

    /** Operands of one type, FLOAT32 or INT64. */
    public static DType numbers(String operation, Tensor... operands) {
        return types(operation, List.of(DType.FLOAT32, DType.INT64), operands);
    }

    /** Operands of INT64. */
    public static void integers(String operation, Tensor... operands) {
        types(operation, List.of(DType.INT64), operands);
    }

    /** Operands of BOOL. */
    public static void booleans(String operation, Tensor... operands) {
        types(operation, List.of(DType.BOOL), operands);
    }

    /** A dropout's probability: 0 to below 1. */
    public static void probability(String operation, float p) {
        if (!(p >= 0 && p < 1)) {
            throw new ShapeException(operation + ": expected a probability of at least 0 and below 1, not " + p);
        }
    }

    /** A divisor of INT64 values: at least 1. */
    public static void divisor(String operation, long divisor) {
        if (divisor < 1) {
            throw new ShapeException(operation + ": expected a divisor of at least 1, not " + divisor);
        }
    }

    /** The inputs of a run against the ports of its program: as many, and each of its port's type and shape. */
    public static void inputs(List<Program.Port> ports, List<HostTensor> inputs) {
        if (ports.size() != inputs.size()) {
            throw new ShapeException(inputs.size() + " inputs given; expected " + ports.size() + ": "
                    + String.join(", ", ports.stream().map(Program.Port::name).toList()));
        }
        for (int i = 0; i < ports.size(); i++) {
            Program.Port port = ports.get(i);
            HostTensor input = inputs.get(i);
            if (input.type() != port.type() || !Shapes.fits(port.shape(), input.shape())) {
                throw new ShapeException(
                        "input " + port.name() + " is " + input + "; expected " + port.type() + " " + port.shape());
            }
        }
    }

    /** What a loop starts from: trips an INT64 scalar, proceed a BOOL scalar. */
    public static void loop(Tensor trips, Tensor proceed) {
        scalar("loop's trips", DType.INT64, trips);
        scalar("loop's proceed", DType.BOOL, proceed);
    }

    /** What a turn of a loop leaves: proceed a BOOL scalar, as many states as before, of the same types and ranks. */
    public static void turn(List<Tensor> before, Algebra.Turn turn) {
        scalar("a turn's proceed", DType.BOOL, turn.proceed());
        if (before.size() != turn.state().size()) {
            throw new ShapeException("loop: a turn left " + turn.state().size()
                    + " states; expected as many as before: " + before.size());
        }
        for (int i = 0; i < before.size(); i++) {
            Tensor old = before.get(i);
            Tensor now = turn.state().get(i);
            if (old.type() != now.type() || old.shape().rank() != now.shape().rank()) {
                throw new ShapeException("loop: state " + i + " was " + describe(old) + ", after a turn "
                        + describe(now) + "; expected the same type and rank");
            }
        }
    }

    private static void scalar(String what, DType type, Tensor tensor) {
        if (tensor.type() != type || tensor.shape().rank() != 0) {
            throw new ShapeException(what + " is " + describe(tensor) + "; expected a scalar of " + type);
        }
    }

    private static String describe(Tensor tensor) {
        return tensor.type() + " " + tensor.shape();
    }
}
