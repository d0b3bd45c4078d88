package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.onnx.OnnxExporter;
import io.captioner.pack.ModelPackage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example is run. The model of one, trained from nothing, is what the others work with. */
class ExamplesTest {
    private static final Path PHOTO = Path.of("../docs/photos/china.jpg");

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = TrainOnYourPhotos.train(folder.resolve("shapes"));
    }

    @Test
    void aCaptionerTrainedFromNothingIsRightToTheWordOnUnseenPictures() {
        assertThat(TrainOnYourPhotos.exact(model, Backend.ONNX, 200)).isGreaterThanOrEqualTo(0.95);
        assertThat(TrainOnYourPhotos.exact(model, Backend.DJL, 200)).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void anAttentionOfOnesOwnSaysTheSameOnBothBackends() throws IOException {
        Path own = TrainOnYourPhotos.train(folder.resolve("own"), new CosineAttention(16), 96, 1);
        List<Caption> onnx = YourOwnAttention.captions(own, Backend.ONNX, 20);
        List<Caption> djl = YourOwnAttention.captions(own, Backend.DJL, 20);
        for (int i = 0; i < onnx.size(); i++) {
            assertThat(djl.get(i).text()).isEqualTo(onnx.get(i).text());
            assertThat(djl.get(i).score()).isCloseTo(onnx.get(i).score(), within(1e-3));
        }
    }

    @Test
    void anExportedModelSaysElsewhereWhatTheCaptionerSays() throws Exception {
        Path file = folder.resolve("captioner.onnx");
        ModelPackage loaded = ModelPackage.load(model);
        OnnxExporter.of(loaded).write(file);
        try (Captioner captioner = Captioner.builder()
                .backend(Backend.ONNX)
                .model(model)
                .generation(GenerationOptions.beam(3))
                .build()) {
            for (Path picture : pictures(5)) {
                assertThat(ExportAndRunElsewhere.run(file, picture, loaded.transform()))
                        .isEqualTo(captioner.caption(picture).text());
            }
        }
    }

    @Test
    void aServiceAnswersConcurrentRequestsAndRefusesWhatIsNoPicture() throws Exception {
        try (EmbedInAService service = new EmbedInAService(captioner(), 0)) {
            URI address = URI.create("http://localhost:" + service.port() + "/caption");
            HttpClient client = HttpClient.newHttpClient();
            List<Path> pictures = pictures(16);
            List<CompletableFuture<HttpResponse<String>>> answers = pictures.stream()
                    .map(picture -> client.sendAsync(post(address, bytes(picture)), BodyHandlers.ofString()))
                    .toList();
            try (Captioner captioner = captioner()) {
                for (int i = 0; i < answers.size(); i++) {
                    HttpResponse<String> answer = answers.get(i).get();
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(answer.body())
                            .isEqualTo(captioner.caption(pictures.get(i)).text() + "\n");
                }
            }
            HttpRequest get = HttpRequest.newBuilder(address).build();
            assertThat(client.send(get, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
            HttpRequest text = post(address, "no picture".getBytes(StandardCharsets.UTF_8));
            assertThat(client.send(text, BodyHandlers.ofString()).statusCode()).isEqualTo(422);
            HttpRequest large = post(address, new byte[(20 << 20) + 1]);
            assertThat(client.send(large, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
        }
    }

    @Test
    void eightThreadsShareACaptionerAndGetWhatOneGets() throws Exception {
        List<ImageInput> pictures = DrawnShapes.draw(64, 5).stream()
                .map(drawing -> ImageInput.of(drawing.picture()))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Captioner captioner = captioner()) {
            List<Future<Caption>> together = pictures.stream()
                    .map(picture -> threads.submit(() -> captioner.caption(picture)))
                    .toList();
            for (int i = 0; i < pictures.size(); i++) {
                Caption alone = captioner.caption(pictures.get(i));
                assertThat(together.get(i).get().text()).isEqualTo(alone.text());
                assertThat(together.get(i).get().score()).isCloseTo(alone.score(), within(1e-5));
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void quickstartPrintsACaptionWithTheBundledModel() {
        BundledModel.assume();
        assertThat(printed(() -> Quickstart.main(new String[] {PHOTO.toString()})))
                .contains(" %")
                .contains("or: ");
    }

    @Test
    void theBundledModelIsExportedAndRun() {
        BundledModel.assume();
        assertThat(printed(() -> ExportAndRunElsewhere.main(new String[] {PHOTO.toString()})))
                .contains("captioner.onnx: ");
    }

    private static Captioner captioner() {
        return Captioner.builder().backend(Backend.ONNX).model(model).build();
    }

    /** Files of drawn pictures that were not trained on. */
    private static List<Path> pictures(int count) throws IOException {
        Path unseen = folder.resolve("unseen" + count);
        DrawnShapes.write(unseen, count, 99);
        return IntStream.range(0, count)
                .mapToObj(i -> unseen.resolve(String.format("shape%05d.png", i)))
                .toList();
    }

    private static HttpRequest post(URI address, byte[] body) {
        return HttpRequest.newBuilder(address)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String printed(Program program) {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private interface Program {
        void run() throws Exception;
    }
}
