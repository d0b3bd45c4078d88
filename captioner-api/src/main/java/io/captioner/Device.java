package io.captioner;

/**
 * Where a model runs.
 *
 * @param type kind of processor
 * @param index which one of its kind, from 0; always 0 for the CPU
 */
public record Device(Type type, int index) {
    /** Kinds of processor. */
    public enum Type {
        CPU,
        CUDA
    }

    private static final Device CPU = new Device(Type.CPU, 0);

    public Device {
        if (index < 0) {
            throw new OptionException("device index is " + index + "; it must be at least 0");
        }
        if (type == Type.CPU && index != 0) {
            throw new OptionException("the CPU is one device; its index is 0, not " + index);
        }
    }

    /** The processor of the machine, with all its cores. */
    public static Device cpu() {
        return CPU;
    }

    /** An NVIDIA GPU. */
    public static Device cuda(int index) {
        return new Device(Type.CUDA, index);
    }

    /** Reads {@code cpu}, {@code cuda} or {@code cuda:1}. */
    public static Device parse(String text) {
        String value = text.strip().toLowerCase(java.util.Locale.ROOT);
        if (value.equals("cpu")) {
            return CPU;
        }
        if (value.equals("cuda")) {
            return cuda(0);
        }
        if (value.matches("cuda:\\d{1,3}")) {
            return cuda(Integer.parseInt(value.substring("cuda:".length())));
        }
        throw new OptionException("device is \"" + text + "\"; it must be cpu, cuda or cuda:N");
    }

    /** {@code cpu} or {@code cuda:0}. */
    @Override
    public String toString() {
        return type == Type.CPU ? "cpu" : "cuda:" + index;
    }
}
