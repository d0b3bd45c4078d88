package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.runtime.Backends;
import io.captioner.runtime.TinyPackage;
import io.captioner.search.CaptionProgram;
import io.captioner.search.SearchForm;
import io.captioner.spi.BackendProvider;
import io.captioner.tags.Tags;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command compiles the search that its options ask for, and not the model's own before it. */
class CompiledSearchesTest {
    @TempDir
    Path folder;

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private URLClassLoader withWatcher;
    private Path picture;

    @BeforeEach
    void installTheWatcher() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), Watcher.class.getName());
        withWatcher = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
        Thread.currentThread().setContextClassLoader(withWatcher);
        Watcher.COMPILED.clear();
        picture = Drawn.picture(folder.resolve("picture.png"), 2);
    }

    @AfterEach
    void removeIt() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        withWatcher.close();
    }

    @Test
    void oneSearchForACaption() throws IOException {
        Path model = TinyPackage.in(folder);
        run("caption", "--model", model, picture);
        assertThat(Watcher.COMPILED).containsExactly(SearchForm.PLAIN.name());
        run("caption", "--model", model, "--samples", 2, picture);
        assertThat(Watcher.COMPILED).containsExactly(SearchForm.RULES.name());
        run("evaluate", "--model", model, "--must-say", "above", "--data", Drawn.dataset(folder, "test", "test"));
        assertThat(Watcher.COMPILED).containsExactly(SearchForm.BANKS.name());
    }

    @Test
    void guidanceLooksAtThePictureWithTheClassifierAlone() {
        Path model = folder.resolve("tagged");
        TinyPackage.model()
                .withTags(
                        new Tags(List.of("box", "disc"), Map.of()),
                        Weights.of(Map.of(
                                "classifier.weight", HostTensor.ofFloats(Shape.of(2, 6), new float[12]),
                                "classifier.bias", HostTensor.ofFloats(Shape.of(2), 0, 0))))
                .save(model);
        run("caption", "--model", model, "--tags", 0.9, picture);
        assertThat(Watcher.COMPILED).containsExactly("TagProgram", SearchForm.PLAIN.name());
    }

    private static void run(Object... arguments) {
        Watcher.COMPILED.clear();
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--backend", "watched", "--threads", 1));
        Cli run = Cli.run(all.toArray());
        assertThat(run.code()).as(run.err()).isZero();
    }

    /** ONNX Runtime, with a list of what is compiled. */
    public static final class Watcher implements BackendProvider {
        static final List<String> COMPILED = new ArrayList<>();

        @Override
        public Backend backend() {
            return Backend.of("watched");
        }

        @Override
        public String description() {
            return "a watcher";
        }

        @Override
        public Executable compile(Program program, WeightSource weights, Device device, int threads) {
            COMPILED.add(
                    program instanceof CaptionProgram search
                            ? search.form().name()
                            : program.getClass().getSimpleName());
            return Backends.find(Backend.ONNX).compile(program, weights, device, threads);
        }
    }
}
