package io.captioner.tags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TagsTest {
    @Test
    void aLabelIsSaidByItsWordsElseByItsNamesInLowerCase() {
        Tags tags = new Tags(
                List.of("Siamese cat, Siamese", "hotdog, hot dog, red hot", "crane", "Great Dane"),
                Map.of("hot dog", List.of("hot dog", "food"), "crane", List.of()));
        assertThat(tags.sayings(Map.of()))
                .containsExactly(
                        Set.of("siamese cat", "siamese"), Set.of("hot dog", "food"), Set.of(), Set.of("great dane"));
        assertThat(tags.sayings(Map.of("hotdog, hot dog, red hot", List.of("snack"), "Siamese", List.of("cat"))))
                .containsExactly(Set.of("cat"), Set.of("snack"), Set.of(), Set.of("great dane"));
    }

    @Test
    void wordsOfNoLabelAreRefused() {
        assertThatThrownBy(() -> new Tags(List.of("cat", "dog"), Map.of("dgo", List.of("dog"))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the tag \"dgo\", which is neither a label of the classifier nor a name in one");
        assertThatThrownBy(() -> new Tags(List.of("cat", "dog"), Map.of("dog", List.of(" "))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a word that says the tag \"dog\" is empty");
        assertThatThrownBy(() -> new Tags(List.of("cat"), Map.of())).hasMessageContaining("1 labels");
    }

    @Test
    void optionsRefuseWhatCannotBeGuided() {
        GenerationOptions.Builder builder = GenerationOptions.builder();
        for (double wrong : new double[] {-0.1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> builder.tagThreshold(wrong))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("threshold of tags is " + wrong);
        }
        assertThatThrownBy(() -> GenerationOptions.builder().tagWords(Map.of("dog", List.of(""))))
                .hasMessageContaining("the tag \"dog\" is empty");
        assertThatThrownBy(() ->
                        GenerationOptions.builder().tagThreshold(0.5).samples(2).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("leave out samples");
        assertThatThrownBy(() -> GenerationOptions.builder()
                        .tagThreshold(0.5)
                        .mustSay("a", "b", "c", "d", "e", "f", "g", "h")
                        .build())
                .hasMessageContaining("a tag asks for one more");
        GenerationOptions guided = GenerationOptions.builder()
                .tagThreshold(1)
                .tagWords(Map.of("dog", List.of("puppy")))
                .build();
        assertThat(guided.toBuilder().build()).isEqualTo(guided);
        assertThat(GenerationOptions.greedy().guidance().on()).isFalse();
    }
}
