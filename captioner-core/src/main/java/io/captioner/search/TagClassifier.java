package io.captioner.search;

import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;

/**
 * The classifier of an encoder: p = softmax(mean over places of the features . W^T + b). Its parameters are {@code classifier.weight} and {@code
 * classifier.bias}.
 *
 * @param weight W, (C, D)
 * @param bias b, (C)
 */
public record TagClassifier(Tensor weight, Tensor bias) {
    /** Where its parameters are, without the dot. */
    public static final String SCOPE = "classifier";

    /**
     * With its parameters.
     *
     * @param parameters of the whole captioner
     * @param classes C
     * @param featureSize D
     */
    public static TagClassifier bind(Parameters parameters, int classes, int featureSize) {
        Parameters own = parameters.scope(SCOPE);
        Initializer initial = Initializer.fanIn(featureSize);
        return new TagClassifier(
                own.parameter("weight", Shape.of(classes, featureSize), initial),
                own.parameter("bias", Shape.of(classes), initial));
    }

    /**
     * Refuses numbers that are none: a single NaN makes every probability NaN, and then nothing is ever sure.
     *
     * @throws ModelException naming the tensor
     */
    public static void requireFinite(WeightSource classifier) {
        for (String name : classifier.names()) {
            HostTensor tensor = classifier.read(name);
            if (tensor.type() == DType.FLOAT32) {
                for (float value : tensor.toFloatArray()) {
                    if (!Float.isFinite(value)) {
                        throw new ModelException("tensor " + name + " holds " + value
                                + ", so that no tag could be sure: its file is damaged or its training went wrong;"
                                + " take the classifier from other weights");
                    }
                }
            }
        }
    }

    /** Features (N, L, D) to probabilities (N, C). */
    Tensor of(Tensor features) {
        return features.mean(false, 1).linear(weight, bias).softmax(1);
    }
}
