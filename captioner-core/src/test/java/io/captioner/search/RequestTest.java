package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RequestTest {
    private final Vocabulary vocabulary = Vocabulary.count(Stream.of(List.of("a", "dog", "on", "beach")), 1);

    private List<Integer> ids(String text) {
        return Stream.of(text.split(" ")).map(vocabulary::id).toList();
    }

    private Request request(GenerationOptions.Builder options) {
        return Request.of(options.build(), vocabulary);
    }

    @Test
    void aPhraseMayHaveAWordTwice() {
        Request request = request(GenerationOptions.builder()
                .mustSay("a dog on a beach")
                .mustSayOneOf("dog dog", "zebra zebra")
                .forbiddenWords("beach a beach"));
        assertThat(request.mustSay()).containsExactly(List.of(ids("a dog on a beach")), List.of(ids("dog dog")));
        assertThat(request.phrases()).containsExactly(ids("beach a beach"));
    }

    @Test
    void whatTheModelDoesNotKnowIsRefusedByName() {
        assertThatThrownBy(() -> request(GenerationOptions.builder().mustSay("a zebra")))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("\"zebra\" is not among the model's");
        assertThatThrownBy(() -> request(GenerationOptions.builder().mustSayOneOf("a zebra", "zebra zebra")))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("one must be said, but the model knows none of them");
    }
}
