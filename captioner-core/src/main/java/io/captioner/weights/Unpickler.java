package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.weights.Pickled.Dictionary;
import io.captioner.weights.Pickled.Items;
import io.captioner.weights.Pickled.Other;
import io.captioner.weights.Pickled.Text;
import io.captioner.weights.Pickled.Tuple;
import io.captioner.weights.Pickled.Whole;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's pickle machine that checkpoints need: a stack, a memo, and names that {@link PyTorchGlobals} allows. It imports
 * nothing, calls nothing and makes no objects but {@link Pickled}; other instructions are refused.
 */
final class Unpickler {
    /** Values that may be made: a hundred times those of the largest checkpoints, and little memory. */
    private static final int MAX_VALUES = 4_000_000;

    private final String file;
    private final ByteBuffer code;
    private final PyTorchGlobals globals;
    private final List<Pickled> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Pickled> memo = new HashMap<>();
    private int made;

    private Unpickler(String file, byte[] pickle) {
        this.file = file;
        this.code = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.globals = new PyTorchGlobals(file);
    }

    /**
     * Reads a pickle of protocol 2 to 5.
     *
     * @param file how messages name it
     */
    static Pickled read(String file, byte[] pickle) {
        Unpickler unpickler = new Unpickler(file, pickle);
        try {
            while (unpickler.step()) {
                if (unpickler.made > MAX_VALUES) {
                    throw unpickler.damaged("it has more than " + MAX_VALUES + " values");
                }
            }
            return unpickler.pop();
        } catch (BufferUnderflowException e) {
            throw unpickler.damaged("its pickle is cut short");
        }
    }

    /** One instruction; false after the last. */
    private boolean step() {
        int opcode = code.get() & 0xff;
        switch (opcode) {
            case '.' -> {
                return false;
            }
            case 0x80 -> code.get(); // protocol
            case 0x95 -> code.getLong(); // frame: how much to read ahead
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> push(peek());
            case 'N' -> push(new Other("None"));
            case 'G' -> number();
            case 0x88, 0x89 -> push(new Whole(opcode == 0x88 ? 1 : 0));
            case 'J' -> push(new Whole(code.getInt()));
            case 'K' -> push(new Whole(code.get() & 0xff));
            case 'M' -> push(new Whole(code.getShort() & 0xffff));
            case 0x8a -> push(new Whole(longOf(code.get() & 0xff)));
            case 'X' -> push(text(code.getInt() & 0xffffffffL));
            case 0x8c, 'U' -> push(text(code.get() & 0xff));
            case 'T' -> push(text(code.getInt()));
            case 0x8d -> push(text(code.getLong()));
            case 'C' -> bytes(code.get() & 0xff);
            case 'B' -> bytes(code.getInt() & 0xffffffffL);
            case ')' -> push(new Tuple(List.of()));
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case 't' -> push(new Tuple(popToMark()));
            case ']', 0x8f -> push(new Items());
            case 'l' -> {
                Items items = new Items();
                items.items.addAll(popToMark());
                push(items);
            }
            case 'a' -> append(List.of(pop()));
            case 'e', 0x90 -> append(popToMark());
            case '}' -> push(new Dictionary());
            case 'd' -> {
                List<Pickled> pairs = popToMark();
                push(new Dictionary());
                put(pairs);
            }
            case 's' -> {
                Pickled value = pop();
                put(List.of(pop(), value));
            }
            case 'u' -> put(popToMark());
            case 'c' -> push(globals.find(line(), line()));
            case 0x93 -> {
                Pickled name = pop();
                push(globals.find(string(pop()), string(name)));
            }
            case 'R' -> {
                Pickled arguments = pop();
                push(globals.call(pop(), arguments));
            }
            case 'b' -> build();
            case 'Q' -> push(globals.storage(pop()));
            case 'q' -> memo.put((long) (code.get() & 0xff), peek());
            case 'r' -> memo.put(code.getInt() & 0xffffffffL, peek());
            case 0x94 -> memo.put((long) memo.size(), peek());
            case 'h' -> push(recall(code.get() & 0xff));
            case 'j' -> push(recall(code.getInt() & 0xffffffffL));
            default ->
                throw new ModelException(file + " has pickle instruction 0x" + Integer.toHexString(opcode) + " at byte "
                        + (code.position() - 1) + ", which no file of tensors needs; it is refused");
        }
        return true;
    }

    /** State given to an object: attributes of a dictionary, which hold versions of modules. Nothing else has any. */
    private void build() {
        pop();
        if (!(peek() instanceof Dictionary)) {
            throw new ModelException(file + " gives attributes to what is no dictionary; it is refused");
        }
    }

    private void number() {
        code.getLong();
        push(new Other("number"));
    }

    private void tuple(int size) {
        List<Pickled> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(0, pop());
        }
        push(new Tuple(items));
    }

    private void append(List<Pickled> values) {
        if (!(peek() instanceof Items items)) {
            throw damaged("it appends to what is no list");
        }
        items.items.addAll(values);
    }

    private void put(List<Pickled> pairs) {
        if (!(peek() instanceof Dictionary dictionary) || pairs.size() % 2 != 0) {
            throw damaged("it sets entries of what is no dictionary");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            if (pairs.get(i) instanceof Text key) {
                dictionary.entries.put(key.value(), pairs.get(i + 1));
            }
        }
    }

    private Pickled recall(long place) {
        Pickled value = memo.get(place);
        if (value == null) {
            throw damaged("it recalls what it never stored");
        }
        return value;
    }

    private void push(Pickled value) {
        made++;
        stack.add(value);
    }

    private Pickled peek() {
        if (stack.isEmpty()) {
            throw damaged("its stack is empty");
        }
        return stack.get(stack.size() - 1);
    }

    private Pickled pop() {
        Pickled value = peek();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Pickled> popToMark() {
        if (marks.isEmpty() || marks.get(marks.size() - 1) > stack.size()) {
            throw damaged("its stack has no mark");
        }
        List<Pickled> above = stack.subList(marks.remove(marks.size() - 1), stack.size());
        List<Pickled> values = List.copyOf(above);
        above.clear();
        return values;
    }

    private String string(Pickled value) {
        if (value instanceof Text text) {
            return text.value();
        }
        throw damaged("it has a name that is no text");
    }

    private Text text(long length) {
        return new Text(new String(take(length), StandardCharsets.UTF_8));
    }

    private void bytes(long length) {
        take(length);
        push(new Other("bytes"));
    }

    private byte[] take(long length) {
        if (length < 0 || length > code.remaining()) {
            throw damaged("its pickle is cut short");
        }
        byte[] bytes = new byte[(int) length];
        code.get(bytes);
        return bytes;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (byte next = code.get(); next != '\n'; next = code.get()) {
            line.append((char) (next & 0xff));
        }
        return line.toString();
    }

    /** A little-endian two's complement of this many bytes. */
    private long longOf(int length) {
        if (length > Long.BYTES) {
            throw damaged("it has a number of " + length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            long octet = i == length - 1 ? code.get() : code.get() & 0xff;
            value |= octet << 8 * i;
        }
        return value;
    }

    private ModelException damaged(String why) {
        return new ModelException(file + " is damaged: " + why);
    }
}
