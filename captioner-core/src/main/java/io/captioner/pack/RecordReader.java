package io.captioner.pack;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.captioner.CaptionerException;
import io.captioner.ModelException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes records of the JSON that {@link RecordJson} writes. */
final class RecordReader {
    private final ArchitectureRegistry registry;

    RecordReader(ArchitectureRegistry registry) {
        this.registry = registry;
    }

    /** @param where place of {@code json}, for messages */
    <T extends Record> T read(JsonElement json, Class<T> type, String where) {
        return type.cast(readRecord(object(json, where), type, where, Set.of()));
    }

    private Object readRecord(JsonObject json, Class<?> type, String where, Set<String> alsoKnown) {
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known = new LinkedHashSet<>(alsoKnown);
        List<@Nullable Object> arguments = new ArrayList<>();
        for (RecordComponent component : components) {
            known.add(component.getName());
            String place = where + "." + component.getName();
            JsonElement element = json.get(component.getName());
            if (element == null) {
                throw new ModelException(place + " is missing");
            }
            arguments.add(read(element, component.getGenericType(), place));
        }
        for (String field : json.keySet()) {
            if (!known.contains(field)) {
                throw new ModelException(where + "." + field + " is not known; " + where + " has " + known);
            }
        }
        return construct(type, components, arguments, where);
    }

    private static Object construct(
            Class<?> type, RecordComponent[] components, List<@Nullable Object> arguments, String where) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments.toArray());
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String reason = cause instanceof CaptionerException || cause instanceof IllegalArgumentException
                    ? String.valueOf(cause.getMessage())
                    : cause.toString();
            throw new ModelException(where + ": " + reason, cause);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ModelException(where + " cannot be made into a " + type.getName() + ": " + e, e);
        }
    }

    private @Nullable Object read(JsonElement json, Type type, String where) {
        Class<?> raw = RecordJson.raw(type);
        if (json.isJsonNull()) {
            if (raw.isPrimitive()) {
                throw new ModelException(where + " is null; it must be " + describe(raw));
            }
            return null;
        }
        if (raw.isInterface() && !Collection.class.isAssignableFrom(raw) && raw != Map.class) {
            return readTyped(object(json, where), raw, where);
        }
        if (raw.isRecord()) {
            return readRecord(object(json, where), raw, where, Set.of());
        }
        if (raw == List.class || raw == Set.class) {
            if (!json.isJsonArray()) {
                throw wrong(json, "a list", where);
            }
            List<@Nullable Object> values = new ArrayList<>();
            for (JsonElement element : json.getAsJsonArray()) {
                values.add(read(element, RecordJson.argument(type, 0), where + "[" + values.size() + "]"));
            }
            return raw == List.class ? Collections.unmodifiableList(values) : new LinkedHashSet<>(values);
        }
        if (raw == Map.class) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            object(json, where)
                    .entrySet()
                    .forEach(field -> values.put(
                            field.getKey(),
                            read(field.getValue(), RecordJson.argument(type, 1), where + "." + field.getKey())));
            return Collections.unmodifiableMap(values);
        }
        return readScalar(json, raw, where);
    }

    private Object readTyped(JsonObject json, Class<?> wanted, String where) {
        JsonElement name = json.get(RecordJson.TYPE);
        if (name == null || !name.isJsonPrimitive()) {
            throw new ModelException(
                    where + "." + RecordJson.TYPE + " is missing; it names the kind of " + wanted.getSimpleName());
        }
        Class<?> type = typeOf(name.getAsString(), wanted, where);
        if (!wanted.isAssignableFrom(type)) {
            throw new ModelException(
                    where + " is of type " + name.getAsString() + ", which is no " + wanted.getSimpleName());
        }
        return readRecord(json, type, where, Set.of(RecordJson.TYPE));
    }

    /** A sealed interface lists its kinds itself; an open one finds them in the registry. */
    private Class<?> typeOf(String name, Class<?> wanted, String where) {
        if (!wanted.isSealed()) {
            return registry.type(name, where);
        }
        List<String> known = new ArrayList<>();
        for (Class<?> kind : wanted.getPermittedSubclasses()) {
            if (kind.getSimpleName().equals(name) && kind.isRecord()) {
                return kind;
            }
            known.add(kind.getSimpleName());
        }
        throw new ModelException(where + " is of type " + name + ", which is not known; known are " + known);
    }

    private static Object readScalar(JsonElement json, Class<?> raw, String where) {
        if (!json.isJsonPrimitive()) {
            throw wrong(json, describe(raw), where);
        }
        JsonPrimitive value = json.getAsJsonPrimitive();
        if ((raw == boolean.class || raw == Boolean.class) && value.isBoolean()) {
            return value.getAsBoolean();
        }
        if (raw == String.class && value.isString()) {
            return value.getAsString();
        }
        try {
            if (raw == Instant.class && value.isString()) {
                return Instant.parse(value.getAsString());
            }
            if (raw.isEnum() && value.isString()) {
                return constant(raw, value.getAsString());
            }
            if (value.isNumber()) {
                if (raw == int.class || raw == Integer.class) {
                    return value.getAsBigDecimal().intValueExact();
                }
                if (raw == long.class || raw == Long.class) {
                    return value.getAsBigDecimal().longValueExact();
                }
                if ((raw == double.class || raw == Double.class) && Double.isFinite(value.getAsDouble())) {
                    return value.getAsDouble();
                }
                if ((raw == float.class || raw == Float.class) && Float.isFinite(value.getAsFloat())) {
                    return value.getAsFloat();
                }
            }
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw wrong(json, describe(raw), where);
        }
        throw wrong(json, describe(raw), where);
    }

    private static Object constant(Class<?> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    static JsonObject object(JsonElement json, String where) {
        if (!json.isJsonObject()) {
            throw wrong(json, "an object", where);
        }
        return json.getAsJsonObject();
    }

    private static ModelException wrong(JsonElement json, String wanted, String where) {
        String text = json.toString();
        return new ModelException(where + " is " + (text.length() > 60 ? text.substring(0, 60) + "..." : text)
                + "; it must be " + wanted);
    }

    private static String describe(Class<?> raw) {
        if (raw.isEnum()) {
            return "one of " + Arrays.toString(raw.getEnumConstants());
        }
        return switch (raw.getSimpleName()) {
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "double", "Double", "float", "Float" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "Instant" -> "a time such as 2026-01-31T12:00:00Z";
            default -> "a string";
        };
    }
}
