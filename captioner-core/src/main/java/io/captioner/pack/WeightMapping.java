package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Which stored tensor becomes which parameter.
 *
 * @param matched parameters that were found, in the architecture's order
 * @param missing what is wrong with each of the others: the tensor is not there, or has another shape
 * @param leftOver stored tensors that no parameter takes
 */
public record WeightMapping(List<Match> matched, List<String> missing, List<String> leftOver) {
    public WeightMapping {
        matched = List.copyOf(matched);
        missing = List.copyOf(missing);
        leftOver = List.copyOf(leftOver);
    }

    /**
     * @param parameter our name
     * @param stored the file's name
     */
    public record Match(String parameter, String stored, Shape shape) {}

    /** @param stored parameter's name to the name in {@code weights} */
    static WeightMapping of(Map<String, Shape> required, WeightSource weights, UnaryOperator<String> stored) {
        Set<String> names = weights.names();
        List<Match> matched = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Set<String> leftOver = new LinkedHashSet<>(names);
        required.forEach((parameter, shape) -> {
            String name = stored.apply(parameter);
            leftOver.remove(name);
            if (!names.contains(name)) {
                missing.add("there is no tensor " + name + " " + shape);
            } else if (!weights.shape(name).equals(shape)) {
                missing.add("tensor " + name + " is " + weights.shape(name) + " instead of " + shape);
            } else {
                matched.add(new Match(parameter, name, shape));
            }
        });
        List<String> rest =
                leftOver.stream().map(name -> name + " " + weights.shape(name)).toList();
        return new WeightMapping(matched, missing, rest);
    }

    /** The file's names by our names. */
    Map<String, String> storedNames() {
        Map<String, String> names = new LinkedHashMap<>();
        matched.forEach(match -> names.put(match.parameter(), match.stored()));
        return names;
    }

    /**
     * @param source how the message names the weights
     * @param note behind what is missing
     */
    void requireComplete(String source, String note) {
        if (!missing.isEmpty()) {
            List<String> first = missing.subList(0, Math.min(4, missing.size()));
            int more = missing.size() - first.size();
            throw new ModelException(source + ": the tensors do not fit the architecture: " + String.join("; ", first)
                    + (more > 0 ? "; and " + more + " more" : "") + note
                    + ". Take the weights of this architecture, or correct the architecture in " + PackageFiles.JSON);
        }
    }

    /** A line for each tensor, then the sums. */
    public String toText() {
        StringBuilder table = new StringBuilder();
        matched.forEach(match -> table.append("matched    ")
                .append(match.parameter())
                .append(" ")
                .append(match.shape())
                .append(match.parameter().equals(match.stored()) ? "" : " <- " + match.stored())
                .append("\n"));
        missing.forEach(fault -> table.append("missing    ").append(fault).append("\n"));
        leftOver.forEach(name -> table.append("left over  ").append(name).append("\n"));
        return table.append(matched.size())
                .append(" matched, ")
                .append(missing.size())
                .append(" missing, ")
                .append(leftOver.size())
                .append(" left over\n")
                .toString();
    }
}
