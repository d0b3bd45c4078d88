package io.captioner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.SharedFiles;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.text.Vocabulary;
import io.captioner.text.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionDatasetTest {
    private static final String JSON = """
            {"dataset": "shapes", "images": [
              {"filename": "a.jpg", "split": "train", "imgid": 0, "sentids": [0, 1], "sentences": [
                {"tokens": ["a", "red", "circle"], "raw": "A red circle.", "sentid": 0},
                {"tokens": [], "raw": "."},
                {"raw": "A T-shirt"}]},
              {"filename": "b.jpg", "filepath": "val2014", "cocoid": 42, "split": "val", "sentences": [
                {"tokens": ["a", "square"]}]}]}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void drawPictures() throws IOException {
        Files.write(folder.resolve("a.jpg"), new byte[] {1});
        Files.createDirectory(folder.resolve("val2014"));
        Files.write(folder.resolve("val2014/b.jpg"), new byte[] {1, 2});
    }

    @Test
    void readsKarpathysFormat() throws IOException {
        CaptionDataset data = karpathy(JSON);
        assertThat(data).hasToString("shapes (1 train, 1 val)");
        Example a = data.split("train").get(0);
        assertThat(a.id()).isEqualTo("a.jpg");
        assertThat(a.image()).isEqualTo(folder.resolve("a.jpg"));
        assertThat(a.words()).containsExactly(List.of("a", "red", "circle"), List.of("a", "t", "shirt"));
        assertThat(a.captions().get(0).raw()).isEqualTo("A red circle.");
        Example b = data.split(Split.VAL, Split.TEST).get(0);
        assertThat(b.id()).isEqualTo("42");
        assertThat(b.image()).isEqualTo(folder.resolve("val2014/b.jpg"));
        assertThat(b.captions().get(0).raw()).isEqualTo("a square");
        assertThat(data.split(Split.TEST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.jpg|c.jpg|the picture of image 0 (c.jpg) of ",
                "a.jpg|../a.jpg|is not in ",
                "\"train\"|\"dev\"|image 0 (a.jpg) of {file}, line 2: there is no split 'dev'; splits are [train, val, test, restval]",
                "\"split\": \"train\",||image 0 (a.jpg) of {file}, line 2 needs filename and split",
                "[\"a\", \"square\"]|[]|image 1 (b.jpg) of {file}, line 6 has no caption with a word",
                "\"images\"|\"pictures\"|has no list \"images\"",
                "42, \"split\"|42 \"split\"|is not a data set in Karpathy's format: see line 6 column",
                "[\"a\", \"square\"]|{}|is not a data set in Karpathy's format: see line 7 column",
            })
    void saysWhatIsWrongAndWhere(String before, String after, String message) {
        assertThatThrownBy(() -> karpathy(JSON.replace(before, after == null ? "" : after)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        message.replace("{file}", folder.resolve("data.json").toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "[]", "{", "{}", "{\"images\": []}", "{\"images\": 3}", "null"})
    void refusesWhatIsNoDataSet(String json) {
        assertThatThrownBy(() -> karpathy(json)).isInstanceOf(DatasetException.class);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> CaptionDataset.karpathy(folder.resolve("x.json"), folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("x.json does not exist");
        assertThatThrownBy(() -> CaptionDataset.karpathy(folder.resolve("x.json"), folder.resolve("y")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("name the folder of the pictures");
        assertThatThrownBy(() -> CaptionDataset.folder(folder.resolve("y")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> CaptionDataset.folder(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        "has neither captions.txt nor captions.csv, nor a picture with a text file of its name");
    }

    @Test
    void readsAListOfCaptions() throws IOException {
        Files.createDirectory(folder.resolve("images"));
        Files.write(folder.resolve("images/c.png"), new byte[] {3});
        CaptionDataset data = listed(
                "captions.csv",
                "\ufeffimage,caption\r\na.jpg,A red circle .\r\n\r\n"
                        + "c.png,\"A \"\"blue\"\", big\nsquare\"\r\na.jpg,A circle\r\n");
        assertThat(data.name()).isEqualTo(folder.getFileName().toString());
        assertThat(data.examples()).extracting(Example::id).containsExactly("a.jpg", "c.png");
        assertThat(data.examples().get(0).words())
                .containsExactly(List.of("a", "red", "circle"), List.of("a", "circle"));
        assertThat(data.examples().get(1).words()).containsExactly(List.of("a", "blue", "big", "square"));
        assertThat(data.examples().get(1).image()).isEqualTo(folder.resolve("images/c.png"));
        assertThat(data.split(Split.TRAIN)).hasSize(2);
    }

    @Test
    void readsSplitsFromAThirdColumn() throws IOException {
        CaptionDataset data = listed("captions.txt", "image,caption,split\na.jpg,a circle,val\na.jpg,a ring,val\n");
        assertThat(data.split("val").get(0).words()).hasSize(2);
    }

    @Test
    void readsTabbedLists() throws IOException {
        CaptionDataset data = listed("captions.txt", "a.jpg#0\tA red circle , alone .\na.jpg#1\tA circle");
        assertThat(data.examples().get(0).words())
                .containsExactly(List.of("a", "red", "circle", "alone"), List.of("a", "circle"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "image,caption\\na.jpg,a circle, red|line 2 has 3 fields instead of 2 (image,caption); put a caption that holds a comma into quotes",
                "a.jpg,a circle\\n\\nb.jpg,x|line 3: the picture 'b.jpg' is not in",
                "image,caption\\na.jpg,\"a\\ncircle|line 2: a quote is opened and never closed",
                "a.jpg,\"a\" circle|line 1: text follows a closing quote",
                "image,caption,split\\na.jpg,x,dev|line 2: there is no split 'dev'",
                "image,caption,split\\na.jpg,x,val\\na.jpg,y,train|line 3: a.jpg is in split train here and in val above",
                "a.jpg#0\\tx\\na.jpg y|line 2 is not a picture's name, a tab and a caption",
                "../x.jpg,x|line 1: the picture '../x.jpg' is not in",
                "a.jpg,...|captions.txt line 1: the picture a.jpg has no caption with a word",
                "image,caption|has no picture with a caption",
            })
    void saysWhichLineIsWrong(String text, String message) {
        assertThatThrownBy(
                        () -> listed("captions.txt", text.replace("\\n", "\n").replace("\\t", "\t")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesTwoLists() throws IOException {
        Files.writeString(folder.resolve("captions.txt"), "a.jpg,x");
        assertThatThrownBy(() -> listed("captions.csv", "a.jpg,x"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has both [captions.txt, captions.csv]; keep one");
    }

    @Test
    void refusesTextThatIsNotUtf8() throws IOException {
        Files.write(folder.resolve("captions.txt"), new byte[] {'a', ',', (byte) 0xe9});
        assertThatThrownBy(() -> CaptionDataset.folder(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("captions.txt is no UTF-8 text; save it as UTF-8");
    }

    @Test
    void readsATextBesideEachPicture() throws IOException {
        Files.write(folder.resolve("z.PNG"), new byte[] {3});
        Files.writeString(folder.resolve("z.txt"), "A square\n\n  A blue square  \n");
        CaptionDataset data = CaptionDataset.folder(folder);
        assertThat(data.examples()).extracting(Example::id).containsExactly("z.PNG");
        assertThat(data.examples().get(0).words())
                .containsExactly(List.of("a", "square"), List.of("a", "blue", "square"));
    }

    @Test
    void splitsByChanceButRepeatably() {
        List<Example> examples = examples(200);
        CaptionDataset split = CaptionDataset.of("many", examples).withRandomSplit(0.1, 0.25, 7);
        assertThat(split).hasToString("many (130 train, 20 val, 50 test)");
        assertThat(split.examples())
                .extracting(Example::id)
                .isEqualTo(examples.stream().map(Example::id).toList());

        List<Example> reversed = new ArrayList<>(examples);
        Collections.reverse(reversed);
        CaptionDataset other = CaptionDataset.of("many", reversed).withRandomSplit(0.1, 0.25, 7);
        assertThat(other.split(Split.VAL)).containsExactlyInAnyOrderElementsOf(split.split(Split.VAL));
        assertThat(CaptionDataset.of("many", examples)
                        .withRandomSplit(0.1, 0.25, 8)
                        .split(Split.VAL))
                .isNotEqualTo(split.split(Split.VAL));
        assertThat(split.first(3)).hasToString("many (3 train, 3 val, 3 test)");
    }

    @Test
    void aRandomSplitLeavesAPictureToTrainOn() {
        for (int size = 1; size < 6; size++) {
            CaptionDataset few = CaptionDataset.of("few", examples(size)).withRandomSplit(0.5, 0.49, 7);
            assertThat(few.split(Split.TRAIN)).hasSize(1);
            assertThat(few.examples()).hasSize(size);
        }
        assertThat(CaptionDataset.of("one", examples(1)).withRandomSplit(0.9, 0, 7))
                .hasToString("one (1 train)");
    }

    @Test
    void refusesSharesAndCountsThatMakeNoSense() {
        CaptionDataset data = CaptionDataset.of("few", examples(3));
        for (double[] shares : new double[][] {{0.5, 0.5}, {-0.1, 0}, {0, Double.NaN}}) {
            assertThatThrownBy(() -> data.withRandomSplit(shares[0], shares[1], 1))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("are " + shares[0] + " and " + shares[1] + "; they must be 0 or more");
        }
        assertThatThrownBy(() -> data.first(0))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("is 0; it must be at least 1");
    }

    private List<Example> examples(int count) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(new Example(
                    "p" + i,
                    folder.resolve("a.jpg"),
                    List.of(new CaptionDataset.Sentence("x", List.of("x"))),
                    Split.TRAIN));
        }
        return examples;
    }

    @Test
    void hashTellsDataSetsApart() throws IOException {
        String hash = karpathy(JSON).hash();
        assertThat(hash).matches("[0-9a-f]{64}");
        assertThat(karpathy(JSON).hash()).isEqualTo(hash);
        assertThat(karpathy(JSON.replace("\"red\"", "\"blue\"")).hash()).isNotEqualTo(hash);
        assertThat(karpathy(JSON.replace("\"val\"", "\"test\"")).hash()).isNotEqualTo(hash);
        assertThat(karpathy(JSON.replace("\"a\", \"square\"", "\"asquare\"")).hash())
                .isNotEqualTo(hash);
        Files.write(folder.resolve("a.jpg"), new byte[] {1, 2, 3});
        assertThat(karpathy(JSON).hash()).isNotEqualTo(hash);
    }

    @Test
    void refusesAnIdTwice() throws IOException {
        Example example = karpathy(JSON).examples().get(0);
        assertThatThrownBy(() -> CaptionDataset.of("x", List.of(example, example)))
                .isInstanceOf(DatasetException.class)
                .hasMessage("x has picture a.jpg twice; give all captions of a picture in one example");
    }

    @Test
    void countsTheVocabularyOfFlickr8kAsTheReferenceDoes() {
        Path flickr = SharedFiles.beside("data/flickr8k");
        CaptionDataset data =
                CaptionDataset.karpathy(flickr.resolve("dataset_flickr8k.json"), flickr.resolve("images"));
        assertThat(data).hasToString("flickr8k (5999 train, 1000 val)");
        Vocabulary vocabulary = Vocabulary.count(data.words(Split.TRAIN), 5);
        assertThat(vocabulary).isEqualTo(Vocabulary.read(SharedFiles.beside("peers/model/vocabulary.txt")));
    }

    @Test
    void splitsCaptionsOfFlickr8kAsItsTokensAre() {
        Path flickr = SharedFiles.beside("data/flickr8k");
        CaptionDataset data =
                CaptionDataset.karpathy(flickr.resolve("dataset_flickr8k.json"), flickr.resolve("images"));
        long captions = data.words(Split.values()).count();
        long different = data.examples().stream()
                .flatMap(example -> example.captions().stream())
                .filter(caption -> !Words.tokenize(caption.raw()).equals(caption.words()))
                .count();
        assertThat(captions).isGreaterThan(34_000);
        assertThat(different).isLessThanOrEqualTo(24);

        CaptionDataset listed = CaptionDataset.folder(flickr);
        assertThat(listed.examples()).hasSizeGreaterThan(6_000);
    }

    private CaptionDataset karpathy(String json) throws IOException {
        Path file = folder.resolve("data.json");
        Files.writeString(file, json);
        return CaptionDataset.karpathy(file, folder);
    }

    private CaptionDataset listed(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        return CaptionDataset.folder(folder);
    }
}
