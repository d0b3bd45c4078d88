package io.captioner.runtime;

import io.captioner.BackendException;
import io.captioner.GenerationOptions;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Request;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The compiled searches of a model: plain, and with rules. Each is compiled when it is first wanted, so that who only ever searches plainly
 * has the weights in memory once. Thread-safe.
 */
final class Searches implements AutoCloseable {
    private final CaptionProgram plain;
    private final CaptionProgram ruled;
    private final Function<CaptionProgram, Executable> compiler;
    private @Nullable Executable plainSearch;
    private @Nullable Executable ruledSearch;
    private boolean closed;

    Searches(CaptionProgram program, Function<CaptionProgram, Executable> compiler) {
        this.plain = program;
        this.ruled = program.withRules();
        this.compiler = compiler;
    }

    /** Compiles what these options need. */
    void prepare(GenerationOptions options) {
        search(options.plain());
    }

    List<HostTensor> run(HostTensor pixels, Request request) {
        boolean isPlain = request.options().plain();
        return search(isPlain).run(request.inputs(isPlain ? plain : ruled, pixels));
    }

    private synchronized Executable search(boolean isPlain) {
        if (closed) {
            throw new BackendException("the captioner is closed; build another captioner");
        }
        Executable search = isPlain ? plainSearch : ruledSearch;
        if (search == null) {
            search = compiler.apply(isPlain ? plain : ruled);
            if (isPlain) {
                plainSearch = search;
            } else {
                ruledSearch = search;
            }
        }
        return search;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (plainSearch != null) {
            plainSearch.close();
        }
        if (ruledSearch != null) {
            ruledSearch.close();
        }
    }
}
