package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link SearchForm}'s inputs become in the graph: rules, and who chooses. */
record SearchInputs(@Nullable Rules rules, Selection selection) {
    /**
     * @param more the inputs beyond those of plain search, in the order of {@link SearchForm#ports}
     * @param ownRows whether each caption that is drawn has a row of its own from the first word on
     */
    static SearchInputs of(SearchForm form, Words words, Tensor beamWidth, List<Tensor> more, boolean ownRows) {
        Algebra algebra = beamWidth.algebra();
        int ruled = form.rules() ? Rules.ports().size() : 0;
        int pooled = form.pool() ? ruled + Pool.ports().size() : ruled;
        Rules rules = form.rules() ? Rules.of(more.subList(0, ruled)) : null;
        if (!form.pool()) {
            Tensor ranks = BeamSearch.ranks(algebra, beamWidth);
            return new SearchInputs(rules, new NarrowingSelection(words, beamWidth, ranks, rules, ownRows));
        }
        Pool pool = Pool.of(beamWidth, more.subList(ruled, pooled));
        List<Tensor> own = more.subList(pooled, more.size());
        if (rules != null && form == SearchForm.GROUPS) {
            return new SearchInputs(rules, new GroupSelection(words, pool, rules, own.get(0), own.get(1)));
        }
        if (rules != null && form == SearchForm.BANKS) {
            return new SearchInputs(rules, BankSelection.of(words, pool, rules, own));
        }
        return new SearchInputs(rules, new PoolSelection(words, pool, rules));
    }
}
