package io.captioner.train;

import io.captioner.GenerationOptions;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.Evenly;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.metrics.Scores;
import io.captioner.nn.HostTensor;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Captions dev pictures over a session's weights, with the search that the package will have, and scores them. */
final class DevCaptions {
    /** How many pictures' captions are kept epoch after epoch. */
    static final int SAMPLES = 12;

    /** Pictures of one search. */
    private static final int TOGETHER = 16;

    private final CaptionProgram program;
    private final Vocabulary vocabulary;
    private final Request request;
    private final Pictures pictures;
    private final List<Example> examples;
    private final Map<String, List<String>> references = new LinkedHashMap<>();

    /**
     * @param program takes what {@code pictures} gives
     * @param examples the pictures that are captioned, in the order of {@code pictures}
     */
    DevCaptions(
            CaptionProgram program,
            Vocabulary vocabulary,
            GenerationOptions options,
            Pictures pictures,
            List<Example> examples) {
        this.vocabulary = vocabulary;
        this.request = Request.of(options, vocabulary);
        this.program = program.in(request.form());
        this.pictures = pictures;
        this.examples = List.copyOf(examples);
        for (Example example : examples) {
            references.put(example.id(), example.texts());
        }
    }

    /** What the pictures are said to show. */
    record Written(double ciderD, double bleu4, List<EpochMetrics.Sample> samples) {}

    Written write(TrainingSession session) {
        List<List<BatchPlan.Item>> batches = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += TOGETHER) {
            batches.add(IntStream.range(from, Math.min(examples.size(), from + TOGETHER))
                    .mapToObj(image -> new BatchPlan.Item(image, new int[0], false))
                    .toList());
        }
        Map<String, String> captions = new LinkedHashMap<>();
        try (Batches<HostTensor> inputs = Batches.of(pictures, batches, pictures::read)) {
            while (inputs.hasNext()) {
                BeamTrace trace = new BeamTrace(session.run(program, request.inputs(program, inputs.next())));
                for (int image = 0; image < trace.images(); image++) {
                    String id = examples.get(captions.size()).id();
                    captions.put(id, text(trace.hypotheses(image, request).get(0)));
                }
            }
        }
        Scores scores = CaptionMetrics.score(references, captions);
        return new Written(scores.ciderD(), scores.bleu4(), samples(captions));
    }

    private String text(Hypothesis hypothesis) {
        return vocabulary.text(
                hypothesis.words().stream().mapToLong(Hypothesis.Token::id).toArray());
    }

    /** Pictures spread over the split, the same ones each time. */
    private List<EpochMetrics.Sample> samples(Map<String, String> captions) {
        return Evenly.of(examples, SAMPLES).stream()
                .map(example -> new EpochMetrics.Sample(
                        example.image().toString(),
                        String.valueOf(captions.get(example.id())),
                        List.copyOf(references.getOrDefault(example.id(), List.of()))))
                .toList();
    }
}
