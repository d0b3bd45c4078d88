package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Batching;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.spi.BackendProvider;
import io.captioner.spi.CaptionerSettings;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application whose class path is not the system's, as in a servlet container or a jar of jars. On a machine of one or two cores the JDK has
 * no common pool, and new threads have the right loader anyway.
 */
class CallersLoaderTest {
    private static final Backend BACKEND = Backend.of("loaders");

    @TempDir
    Path folder;

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private URLClassLoader application;

    @BeforeEach
    void enterTheApplication() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), Watcher.class.getName());
        application = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
        Thread.currentThread().setContextClassLoader(application);
    }

    @AfterEach
    void leaveIt() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        application.close();
    }

    @Test
    void aBackendIsPreparedWithTheLoaderOfTheApplication() throws Exception {
        CaptionerSettings settings = new CaptionerSettings(
                BACKEND,
                TinyPackage.in(folder),
                List.of(),
                Device.cpu(),
                1,
                UnaryOperator.identity(),
                Batching.upTo(1));
        assertThatThrownBy(() -> new DefaultCaptionerFactory().create(settings)).hasMessage("only watches");
        assertThat(Watcher.PREPARED.get(30, TimeUnit.SECONDS)).isSameAs(application);
    }

    @Test
    void aThreadHasItsOwnLoaderBackAfterwards() {
        Runnable failing = CallersLoader.with(() -> {
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(application);
            throw new IllegalStateException("failed");
        });
        Thread.currentThread().setContextClassLoader(before);
        assertThatThrownBy(failing::run).hasMessage("failed");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    /** A backend that tells by whom it was prepared. */
    public static final class Watcher implements BackendProvider {
        static final CompletableFuture<ClassLoader> PREPARED = new CompletableFuture<>();

        @Override
        public Backend backend() {
            return BACKEND;
        }

        @Override
        public String description() {
            return "a watcher";
        }

        @Override
        public void prepare() {
            PREPARED.complete(Thread.currentThread().getContextClassLoader());
        }

        @Override
        public Executable compile(Program program, WeightSource weights, Device device, int threads) {
            throw new BackendException("only watches");
        }
    }
}
