package io.captioner.pack;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.captioner.ModelException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON objects, field by field: numbers, truth values, strings, enums, instants, lists, sets, maps by string, other records, and
 * interfaces whose implementation a field {@code type} names. Reading is strict: unknown and missing fields are named with their place.
 */
final class RecordJson {
    /** The field that names the implementation of an interface. */
    static final String TYPE = "type";

    private final ArchitectureRegistry registry;

    RecordJson(ArchitectureRegistry registry) {
        this.registry = registry;
    }

    JsonObject write(Record value) {
        JsonObject object = new JsonObject();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            object.add(component.getName(), write(get(component, value), component.getGenericType()));
        }
        return object;
    }

    private JsonElement write(@Nullable Object value, Type type) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean truth) {
            return new JsonPrimitive(truth);
        }
        if (value instanceof Enum<?> constant) {
            return new JsonPrimitive(constant.name());
        }
        if (value instanceof String || value instanceof Instant) {
            return new JsonPrimitive(value.toString());
        }
        if (value instanceof Collection<?> values) {
            JsonArray array = new JsonArray();
            // A set has no order of its own; equal packages are equal bytes.
            Collection<?> ordered = value instanceof Set<?> set ? new TreeSet<>(set) : values;
            ordered.forEach(element -> array.add(write(element, argument(type, 0))));
            return array;
        }
        if (value instanceof Map<?, ?> values) {
            JsonObject object = new JsonObject();
            values.forEach((key, element) -> object.add(String.valueOf(key), write(element, argument(type, 1))));
            return object;
        }
        if (value instanceof Record nested) {
            if (!raw(type).isInterface()) {
                return write(nested);
            }
            JsonObject object = new JsonObject();
            object.addProperty(TYPE, nameOf(nested.getClass(), raw(type)));
            write(nested).entrySet().forEach(field -> object.add(field.getKey(), field.getValue()));
            return object;
        }
        throw new ModelException(value.getClass().getName() + " cannot be saved in a package; make it a record");
    }

    private static @Nullable Object get(RecordComponent component, Record value) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ModelException(
                    "the record " + value.getClass().getName() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Makes a record.
     *
     * @param where place of {@code json}, for messages
     */
    <T extends Record> T read(JsonElement json, Class<T> type, String where) {
        return new RecordReader(registry).read(json, type, where);
    }

    /** As {@link #read}; fields that are missing have the values of {@code defaults}: for records that grow. */
    <T extends Record> T read(JsonElement json, Class<T> type, String where, Record defaults) {
        return read(merged(write(defaults), RecordReader.object(json, where)), type, where);
    }

    private static JsonObject merged(JsonObject defaults, JsonObject given) {
        given.entrySet().forEach(field -> {
            JsonElement standard = defaults.get(field.getKey());
            boolean both = standard != null
                    && standard.isJsonObject()
                    && field.getValue().isJsonObject();
            defaults.add(
                    field.getKey(),
                    both ? merged(standard.getAsJsonObject(), field.getValue().getAsJsonObject()) : field.getValue());
        });
        return defaults;
    }

    private String nameOf(Class<?> type, Class<?> declared) {
        return declared.isSealed() ? type.getSimpleName() : registry.name(type);
    }

    static Class<?> raw(Type type) {
        return type instanceof ParameterizedType parameterized ? raw(parameterized.getRawType()) : (Class<?>) type;
    }

    static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }
}
