import io.captioner.Backend;
import io.captioner.Captioner;
import java.nio.file.Path;

/** Usage: {@code Consumer BACKEND PHOTO [MODEL]}. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] arguments) {
        Captioner.Builder builder = Captioner.builder().backend(Backend.of(arguments[0]));
        if (arguments.length > 2) {
            builder.model(Path.of(arguments[2]));
        }
        try (Captioner captioner = builder.build()) {
            System.out.println(captioner.caption(Path.of(arguments[1])).text());
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.isDaemon() && thread != Thread.currentThread()) {
                System.err.println("a thread that is no daemon was left: " + thread);
            }
        }
    }
}
