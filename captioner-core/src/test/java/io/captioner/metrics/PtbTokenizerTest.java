package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PtbTokenizerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "A man's hat, isn't it?|a man 's hat , is n't it ?",
                "I cannot. You're gonna|i can not . you 're gon na",
                "a well-known T-shirt|a well-known t-shirt",
                "$5.00 or 1,000 (50%)|$ 5.00 or 1,000 -lrb- 50 % -rrb-",
                "at 10:30 p.m. in the U.S.|at 10:30 p.m. in the u.s.",
                "Mr. Smith of Acme Inc. sits.|mr. smith of acme inc. sits .",
                "Inc. The dog|inc. . the dog",
                "\"Hello\" and 'bye'|`` hello '' and ` bye '",
                "AT&T, R&B, black&white|at&t , r&b , black & white",
                "wait.... dog..cat|wait ... dog . . cat",
                "the \u201990s, don\u2019t|the \u201990s , do n't",
                "\u20ac5 \u2013 \u00bd cup \ud83d\udc36|$ 5 -- 1/2 cup",
                "dog/cat w/o 24/7|dog/cat w/o 24/7",
            })
    void splitsAsTheTreebankDoes(String text, String tokens) {
        assertThat(String.join(" ", PtbTokenizer.tokens(text))).isEqualTo(tokens);
    }

    @Test
    void keepsAFractionInOneToken() {
        assertThat(PtbTokenizer.tokenize("2 1/2 dogs")).containsExactly("2\u00a01/2", "dogs");
    }

    @Test
    void takesPunctuationOutButNotBrackets() {
        assertThat(PtbTokenizer.tokenize("\"A dog (brown); it runs...\""))
                .containsExactly("a", "dog", "-lrb-", "brown", "-rrb-", "it", "runs");
        assertThat(PtbTokenizer.tokenize(" . , !")).isEmpty();
        assertThat(PtbTokenizer.tokenize("")).isEmpty();
    }

    @Property
    void survivesAnyText(@ForAll String text) {
        for (String token : PtbTokenizer.tokenize(text)) {
            assertThat(token).isNotEmpty().doesNotContain(" ", "\n");
        }
    }
}
