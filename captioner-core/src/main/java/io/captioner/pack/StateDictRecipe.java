package io.captioner.pack;

import io.captioner.ModelException;
import java.util.List;
import java.util.Locale;

/** What {@code config.json} says of a decoder beside its weights. A field that is missing is taken from them; one that is there must agree. */
record StateDictRecipe(JsonReader json) {
    /** The value of this field, which must be what the weights say if it is there. */
    int agreed(String name, int found) {
        int value = json.whole(name, found);
        if (value != found) {
            throw new ModelException(
                    json.where() + "." + name + " is " + value + "; the weights are those of " + found);
        }
        return found;
    }

    /** A number that the weights do not tell. */
    int needed(String name) {
        if (!json.has(name)) {
            throw new ModelException(json.where() + "." + name + " is missing; the weights do not tell it");
        }
        return json.whole(name, 0);
    }

    int whole(String name, int otherwise) {
        return json.whole(name, otherwise);
    }

    double number(String name, double otherwise) {
        return json.number(name, otherwise);
    }

    /** The kind, one of these; empty where it is missing. */
    String kind(String... possible) {
        String kind = json.text("kind", "");
        if (!kind.isEmpty() && !List.of(possible).contains(kind)) {
            throw new ModelException(
                    json.where() + ".kind is " + kind + "; the weights are those of " + String.join(" or ", possible));
        }
        return kind;
    }

    <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
        String value = json.text(name, otherwise.name()).toUpperCase(Locale.ROOT);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        throw new ModelException(json.where() + "." + name + " is " + json.text(name, "") + "; it must be one of "
                + List.of(type.getEnumConstants()));
    }

    @Override
    public String toString() {
        return json.where();
    }
}
