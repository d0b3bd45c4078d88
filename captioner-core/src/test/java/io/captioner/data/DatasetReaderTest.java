package io.captioner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.SharedFiles;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.CaptionDataset.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetReaderTest {
    private static final String COCO = """
            {"info": {"year": 2014},
             "images": [{"id": 7, "file_name": "a.jpg", "height": 3},
               {"id": 9, "file_name": "b.jpg"}],
             "annotations": [{"image_id": 9, "id": 1, "caption": "A blue square."},
               {"image_id": 7, "id": 2, "caption": "A red circle"},
               {"image_id": 7, "id": 3, "caption": "One circle"}]}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void putPictures() throws IOException {
        Files.write(folder.resolve("a.jpg"), new byte[] {1});
        Files.write(folder.resolve("b.jpg"), new byte[] {2});
    }

    private Path write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void readsCocosFormatWithTheSplitOfItsName() throws IOException {
        CaptionDataset data =
                DatasetReader.of(write("captions_val2014.json", COCO)).read();
        assertThat(data).hasToString("captions_val2014 (2 val)");
        assertThat(data.examples()).extracting(Example::id).containsExactly("7", "9");
        assertThat(data.examples().get(0).captions())
                .extracting(Sentence::raw)
                .containsExactly("A red circle", "One circle");
        assertThat(DatasetReader.of(write("x.json", COCO)).split(Split.TEST).read())
                .hasToString("x (2 test)");
    }

    @Test
    void cocosListsMayStandInEitherOrder() throws IOException {
        int images = COCO.indexOf("\"images\"");
        int annotations = COCO.indexOf("\"annotations\"");
        String turned = "{" + COCO.substring(annotations, COCO.lastIndexOf('}')) + ","
                + COCO.substring(images, annotations).strip().replaceAll(",$", "") + "}";
        assertThat(DatasetReader.of(write("train.json", turned))
                        .read()
                        .examples()
                        .get(0)
                        .words())
                .containsExactly(List.of("a", "red", "circle"), List.of("one", "circle"));
    }

    @Test
    void readsFlickrsTokensWithTheListsOfSplitsBesideThem() throws IOException {
        Files.createDirectory(folder.resolve("images"));
        Files.write(folder.resolve("images/c.jpg"), new byte[] {3});
        Path tokens =
                write("x.token.txt", "a.jpg#0\tA dog .\na.jpg#1\tOne dog .\nb.jpg#0\tA cat .\nc.jpg#0\tA cow .\n");
        write("Flickr_8k.trainImages.txt", "a.jpg\n");
        write("Flickr_8k.devImages.txt", "c.jpg\r\n");
        CaptionDataset data = DatasetReader.of(tokens).read();
        assertThat(data).hasToString("x.token (1 train, 1 val)");
        assertThat(data.split(Split.VAL).get(0).image()).isEqualTo(folder.resolve("images/c.jpg"));
    }

    @Test
    void picturesMayLieInTheFolderThatOneWorksInAndNeverOutsideOfTheirOwn() throws IOException {
        Path photo = Files.createTempFile(Path.of(""), "photo", ".jpg");
        try {
            for (Path here : List.of(
                    Path.of("."), Path.of(""), Path.of("x/.."), Path.of("").toAbsolutePath())) {
                assertThat(ExampleRows.isFileIn(here, photo))
                        .as("in <%s>", here)
                        .isTrue();
                assertThat(ExampleRows.isFileIn(here.resolve("images"), photo)).isFalse();
            }
            assertThat(ExampleRows.isFileIn(Path.of("images"), Path.of("images/../" + photo)))
                    .isFalse();
        } finally {
            Files.delete(photo);
        }
    }

    @Test
    void readsHuggingFacesImagefolder() throws IOException {
        write(
                "metadata.jsonl",
                "{\"file_name\": \"a.jpg\", \"text\": \"A dog.\"}\n\n{\"file_name\": \"b.jpg\", \"captions\": [\"A cat.\", \"One cat\"], \"split\": \"val\"}\n");
        CaptionDataset data = DatasetReader.of(folder).read();
        assertThat(data.split(Split.TRAIN)).hasSize(1);
        assertThat(data.split(Split.VAL).get(0).words()).hasSize(2);
        assertThat(CaptionDataset.folder(folder).examples()).hasSize(2);
    }

    @Test
    void imagefoldersMayHaveAFolderForEachSplit() throws IOException {
        for (String split : List.of("train", "validation", "test")) {
            write(split + "/metadata.jsonl", "{\"file_name\": \"x.jpg\", \"text\": \"A " + split + ".\"}\n");
            Files.write(folder.resolve(split).resolve("x.jpg"), new byte[] {1});
        }
        assertThat(DatasetReader.of(folder).read().toString()).endsWith("(1 train, 1 val, 1 test)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "coco", "metadata", "flickr", "karpathy"})
    void aBadRowIsNamedWithFileAndLineAndSkippedOrRefused(String name) throws IOException {
        DatasetFormat format = DatasetFormat.of(name);
        Path file = switch (format) {
            case CSV ->
                write("captions.csv", "image,caption\na.jpg,A dog\ngone.jpg,A cat\nb.jpg,\"A\" cow\nb.jpg,A cow\n");
            case COCO ->
                write(
                        "x.json",
                        COCO.replace("\"id\": 9, \"file_name\": \"b.jpg\"", "\"id\": 8, \"file_name\": \"gone.jpg\""));
            case METADATA ->
                write(
                        "metadata.jsonl",
                        "{\"file_name\": \"a.jpg\", \"text\": \"A dog\"}\n{\"file_name\": \"b.jpg\"}\n{bad\n");
            case FLICKR -> write("x.txt", "a.jpg#0\tA dog\ngone.jpg#0\tA cat\nb.jpg A cow\n");
            default ->
                write(
                        "k.json",
                        "{\"images\": [{\"filename\": \"a.jpg\", \"split\": \"train\", \"sentences\": [{\"raw\": \"A dog\"}]},\n"
                                + "{\"filename\": \"gone.jpg\", \"split\": \"val\", \"sentences\": [{\"raw\": \"A cat\"}]},\n"
                                + "{\"filename\": \"b.jpg\", \"split\": \"dev\", \"sentences\": [{\"raw\": \"A cat\"}]}]}");
        };
        assertThatThrownBy(() -> DatasetReader.of(file).read())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("line ");
        List<String> problems = new ArrayList<>();
        CaptionDataset data =
                DatasetReader.of(file).badRows(BadRows.skipped(problems::add)).read();
        assertThat(data.examples()).extracting(Example::id).contains(format == DatasetFormat.COCO ? "7" : "a.jpg");
        assertThat(problems)
                .hasSize(2)
                .allMatch(problem -> problem.contains(file + " line ") || problem.contains(file + ", line "));
    }

    @Test
    void theUserMayNameTheFormat() throws IOException {
        Path odd = write("list", "a.jpg,A dog\n");
        assertThat(DatasetReader.of(odd).format(DatasetFormat.CSV).read().examples())
                .hasSize(1);
        assertThatThrownBy(() ->
                        DatasetReader.of(odd).format(DatasetFormat.KARPATHY).read())
                .isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> DatasetFormat.of("tfrecord"))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("formats are [karpathy, coco, flickr, csv, metadata, text]");
    }

    @Test
    void formsOfFlickr8kSayTheSame() {
        List<String> missing = new ArrayList<>();
        Path flickr = SharedFiles.beside("data/flickr8k");
        CaptionDataset karpathy = DatasetReader.of(flickr.resolve("dataset_flickr8k.json"))
                .images(flickr.resolve("images"))
                .read();
        CaptionDataset tokens = DatasetReader.of(flickr.resolve("Flickr8k.token.txt"))
                .badRows(BadRows.skipped(missing::add))
                .read();
        assertThat(missing).as("captions of the one picture that is not there").hasSize(5);
        assertThat(tokens.toString()).endsWith("(5999 train, 1000 val)");
        assertThat(karpathy.split(Split.VAL))
                .extracting(Example::id)
                .containsExactlyInAnyOrderElementsOf(
                        tokens.split(Split.VAL).stream().map(Example::id).toList());
        assertThat(DatasetReader.of(flickr.resolve("captions.txt")).read().examples())
                .hasSize(6999);
    }
}
