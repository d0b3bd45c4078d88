package io.captioner.runtime;

import io.captioner.BackendException;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Request;
import io.captioner.search.SearchForm;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The compiled searches of a model, one for each form of search. Each is compiled when it is first wanted, so that who only ever searches
 * plainly has the weights in memory once. Thread-safe.
 */
final class Searches implements AutoCloseable {
    private final CaptionProgram program;
    private final Function<CaptionProgram, Executable> compiler;
    private final Map<SearchForm, Executable> searches = new EnumMap<>(SearchForm.class);
    private boolean closed;

    Searches(CaptionProgram program, Function<CaptionProgram, Executable> compiler) {
        this.program = program;
        this.compiler = compiler;
    }

    /** Compiles what this request needs. */
    void prepare(Request request) {
        search(request.form());
    }

    /** @param source what the program's first input takes */
    List<HostTensor> run(HostTensor source, Request request) {
        return search(request.form()).run(request.inputs(program.in(request.form()), source));
    }

    private synchronized Executable search(SearchForm form) {
        if (closed) {
            throw new BackendException("the captioner is closed; build another captioner");
        }
        return searches.computeIfAbsent(form, wanted -> compiler.apply(program.in(wanted)));
    }

    @Override
    public synchronized void close() {
        closed = true;
        searches.values().forEach(Executable::close);
    }
}
