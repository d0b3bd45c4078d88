package io.captioner.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.captioner.Captioner;
import io.captioner.CaptionerException;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A captioning service on the JDK's own HTTP server: {@code curl --data-binary @photo.jpg localhost:8080/caption}. One captioner serves
 * all requests; it is thread-safe. Usage: {@code EmbedInAService [PORT]}.
 */
public final class EmbedInAService implements AutoCloseable {
    private static final int MAX_BYTES = 20 << 20;

    private final Captioner captioner;
    private final ExecutorService requests;
    private final HttpServer server;

    /** Starts the service on this machine's loopback address; port 0 picks a free one. */
    public EmbedInAService(Captioner captioner, int port) throws IOException {
        this.captioner = captioner;
        this.requests = perRequest();
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/caption", this::handle);
        server.setExecutor(requests);
        server.start();
    }

    /** Runs until it is interrupted. */
    public static void main(String[] arguments) throws IOException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8080;
        EmbedInAService service = new EmbedInAService(Captioner.builder().build(), port);
        Runtime.getRuntime().addShutdownHook(new Thread(service::close));
        System.out.println("listening on http://localhost:" + service.port() + "/caption");
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                answer(exchange, 405, "send the picture with POST");
                return;
            }
            byte[] picture = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
            if (picture.length > MAX_BYTES) {
                answer(exchange, 413, "the picture is larger than 20 MB");
                return;
            }
            caption(exchange, picture);
        }
    }

    private void caption(HttpExchange exchange, byte[] picture) throws IOException {
        String text;
        try {
            text = captioner.caption(ImageInput.of(picture)).text();
        } catch (ImageException e) {
            answer(exchange, 422, String.valueOf(e.getMessage()));
            return;
        } catch (CaptionerException e) {
            answer(exchange, 500, String.valueOf(e.getMessage()));
            return;
        }
        answer(exchange, 200, text);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** A virtual thread for each request where the JDK has them (21 and later), else a small pool. */
    private static ExecutorService perRequest() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return Executors.newFixedThreadPool(16);
        }
    }

    /** Stops the service and frees the model. */
    @Override
    public void close() {
        server.stop(1);
        requests.shutdown();
        captioner.close();
    }
}
