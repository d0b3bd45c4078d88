package io.captioner.benchmarks;

import com.google.gson.Gson;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.DatasetReader;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.metrics.CocoCaptions;
import io.captioner.metrics.Meteor;
import io.captioner.metrics.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores 40,000 captions with 5 references each, and pycocoevalcap scores the same files beside it. Usage: {@code MetricSpeed DATASET
 * [COUNT=40000] [METEOR_DIR|-] [PYTHON]}. The data set's pictures come again under new ids until there are enough; the caption scored is one
 * of a neighbour in the list, so that some words are right.
 */
public final class MetricSpeed {
    private static final String PYCOCOEVALCAP = """
            import json, sys, time
            from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
            from pycocoevalcap.bleu.bleu import Bleu
            from pycocoevalcap.rouge.rouge import Rouge
            from pycocoevalcap.cider.cider import Cider
            from pycocoevalcap.meteor.meteor import Meteor
            start = time.time()
            refs, res = {}, {}
            for a in json.load(open(sys.argv[1]))['annotations']: refs.setdefault(a['image_id'], []).append({'caption': a['caption']})
            for a in json.load(open(sys.argv[2])): res[a['image_id']] = [{'caption': a['caption']}]
            refs = PTBTokenizer().tokenize(refs); res = PTBTokenizer().tokenize(res)
            out = {'bleu4': Bleu(4).compute_score(refs, res, verbose=0)[0][3], 'rougeL': float(Rouge().compute_score(refs, res)[0]),
                   'ciderD': float(Cider().compute_score(refs, res)[0])}
            print('%-14s %.1f s  %s' % ('pycocoevalcap', time.time() - start, out), flush=True)
            if len(sys.argv) > 3:
                start = time.time(); meteor = Meteor().compute_score(refs, res)[0]
                print('%-14s %.1f s  meteor %s' % ('its METEOR', time.time() - start, meteor))
            """;

    private MetricSpeed() {}

    /** Prints the seconds of both, from the files on disk to the scores. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Arguments.of(arguments, 1, "MetricSpeed DATASET [COUNT] [METEOR_DIR|-] [PYTHON]");
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40_000;
        String meteorFolder = arguments.length > 2 && !arguments[2].equals("-") ? arguments[2] : null;
        Path folder = Files.createTempDirectory("metric-speed");
        Path references = folder.resolve("references.json");
        Path results = folder.resolve("results.json");
        write(DatasetReader.of(Path.of(arguments[0])).read().examples(), count, references, results);

        ours("captioner", references, results, null);
        ours("once warm", references, results, null);
        if (meteorFolder != null) {
            ours("with METEOR", references, results, Meteor.load(Path.of(meteorFolder)));
        }
        if (arguments.length > 3) {
            List<String> command = new ArrayList<>(
                    List.of(arguments[3], "-c", PYCOCOEVALCAP, references.toString(), results.toString()));
            if (meteorFolder != null) {
                command.add("meteor");
            }
            new ProcessBuilder(command).inheritIO().start().waitFor();
        }
        for (Path file : List.of(references, results, folder)) {
            Files.delete(file);
        }
    }

    private static void ours(String name, Path references, Path results, @Nullable Meteor meteor) {
        long start = System.nanoTime();
        Scores scores = CaptionMetrics.score(
                CocoCaptions.readReferences(references), CocoCaptions.readResults(results), meteor);
        System.out.printf(Locale.ROOT, "%-14s %.1f s  %s%n", name, (System.nanoTime() - start) / 1e9, scores.values());
    }

    private static void write(List<Example> pictures, int count, Path references, Path results) throws IOException {
        List<Map<String, Object>> annotations = new ArrayList<>();
        Map<String, String> captions = new LinkedHashMap<>();
        for (int id = 0; id < count; id++) {
            for (Sentence sentence : pictures.get(id % pictures.size()).captions()) {
                annotations.add(Map.of("image_id", id, "caption", sentence.raw()));
            }
            List<Sentence> other = pictures.get((id + 1) % pictures.size()).captions();
            captions.put(String.valueOf(id), other.get(id % other.size()).raw());
        }
        Files.writeString(references, new Gson().toJson(Map.of("annotations", annotations)));
        CocoCaptions.writeResults(results, captions);
    }
}
