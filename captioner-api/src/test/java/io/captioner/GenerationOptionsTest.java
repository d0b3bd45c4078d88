package io.captioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GenerationOptionsTest {
    @Test
    void aForbiddenWordMayBeSaidTwice() {
        assertThat(GenerationOptions.builder()
                        .forbiddenWords("dog", "red car", "dog")
                        .build()
                        .forbiddenWords())
                .containsExactlyInAnyOrder("dog", "red car");
    }

    @Test
    void aValueOutOfItsRangeIsRefusedByNameWhenItIsSet() {
        assertThatThrownBy(() -> GenerationOptions.builder().lengthPenalty(11))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("length penalty")
                .hasMessageContaining("11");
    }
}
