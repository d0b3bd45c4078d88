package io.captioner;

import java.util.Locale;

/**
 * Where a model runs, and what it may use there. Immutable.
 *
 * @param type kind of processor
 * @param index which one of its kind, from 0; always 0 for the CPU
 * @param memoryLimit bytes of its memory at most, 64 MiB or more, or 0 for no limit; always 0 for the CPU
 * @param tensorFloat32 whether products may round their factors to 10 bits; always false for the CPU
 */
public record Device(Type type, int index, long memoryLimit, boolean tensorFloat32) {
    /** Kinds of processor. */
    public enum Type {
        CPU,
        CUDA
    }

    private static final long LEAST_MEMORY = 64L << 20;

    private static final Device CPU = new Device(Type.CPU, 0, 0, false);

    public Device {
        if (index < 0) {
            throw new OptionException("device index is " + index + "; it must be at least 0");
        }
        if (type == Type.CPU && index != 0) {
            throw new OptionException("the CPU is one device; its index is 0, not " + index);
        }
        if (type == Type.CPU && (memoryLimit != 0 || tensorFloat32)) {
            throw new OptionException("memory limit and TF32 are a GPU's; the device is the CPU");
        }
        if (memoryLimit != 0) {
            requireEnough(memoryLimit);
        }
    }

    private static void requireEnough(long memoryLimit) {
        if (memoryLimit < LEAST_MEMORY) {
            throw new OptionException(
                    "memory limit is " + memoryLimit + " bytes; it must be at least " + LEAST_MEMORY + " (64 MiB)");
        }
    }

    /** The processor of the machine, with all its cores. */
    public static Device cpu() {
        return CPU;
    }

    /**
     * An NVIDIA GPU: all of its memory, and products in 32 bits as on the CPU. Whether it is there is found out where it is used.
     *
     * @param index from 0, as CUDA counts them
     * @throws OptionException for a negative one
     */
    public static Device cuda(int index) {
        return new Device(Type.CUDA, index, 0, false);
    }

    /**
     * This GPU with a limit of what the runtime takes of its memory, for each program that it loads: a captioner has one, and one more for
     * each further form of search that is asked for. What CUDA itself needs (some hundred MB) comes on top. Default: no limit.
     *
     * @param bytes at least 64 MiB
     * @throws OptionException for less, and for the CPU
     */
    public Device withMemoryLimit(long bytes) {
        requireEnough(bytes); // 0 is no limit to the record, and a mistake here
        return new Device(type, index, bytes, tensorFloat32);
    }

    /**
     * This GPU with TF32 in products and convolutions: faster on Ampere and later, but factors keep 10 of 23 bits, so that scores differ from
     * the CPU's in the third digit and now and then a word does. Default: off.
     *
     * @throws OptionException for the CPU
     */
    public Device withTensorFloat32() {
        return new Device(type, index, memoryLimit, true);
    }

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:N} with N of 0 to 999.
     *
     * @throws OptionException for anything else
     */
    public static Device parse(String text) {
        String value = text.strip().toLowerCase(Locale.ROOT);
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
