package io.captioner.search;

import io.captioner.nn.Program.Port;
import java.util.ArrayList;
import java.util.List;

/**
 * The searches that a {@link CaptionProgram} can be made for. Each has only what it needs in its graph, so that plain search pays for nothing.
 */
public enum SearchForm {
    /** Greedy search, or a beam that narrows. */
    PLAIN(false, false),
    /** The same with rules, and drawing. */
    RULES(true, false),
    /** Hugging Face's beam. */
    POOL(false, true),
    /** Hugging Face's beam with rules. */
    POOL_RULES(true, true),
    /** Groups of beams that differ from each other, with rules. */
    GROUPS(true, true),
    /** Words that must be said, with rules. */
    BANKS(true, true);

    private final boolean rules;
    private final boolean pool;

    SearchForm(boolean rules, boolean pool) {
        this.rules = rules;
        this.pool = pool;
    }

    boolean rules() {
        return rules;
    }

    boolean pool() {
        return pool;
    }

    /** The inputs beyond those of plain search. */
    List<Port> ports(int vocabularySize) {
        List<Port> ports = new ArrayList<>();
        if (rules) {
            ports.addAll(Rules.ports());
        }
        if (pool) {
            ports.addAll(Pool.ports());
        }
        if (this == GROUPS) {
            ports.addAll(GroupSelection.ports());
        }
        if (this == BANKS) {
            ports.addAll(BankSelection.ports(vocabularySize));
        }
        return ports;
    }
}
