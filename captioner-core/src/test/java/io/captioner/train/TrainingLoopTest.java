package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.CaptionerException;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TrainingLoopTest {
    private static final Map<String, String> DATA = Map.of("data", "abc");

    /** The session looks at no program. */
    private static final Program NONE = new Program() {
        @Override
        public List<Port> inputs() {
            return List.of();
        }

        @Override
        public List<String> outputs() {
            return List.of();
        }

        @Override
        public Computation bind(Parameters parameters) {
            return inputs -> List.of();
        }
    };

    @TempDir
    Path folder;

    private final FakeSession session = new FakeSession();

    @Test
    void learns() {
        TrainingLoop.Outcome outcome =
                loop(new Recipes(), "a", session, new Listener()).run();
        List<EpochMetrics> history = outcome.history();
        assertThat(history).hasSize(3);
        assertThat(history.get(2).loss()).isLessThan(history.get(0).loss());
        assertThat(outcome.weights()).containsOnlyKeys(FakeSession.WEIGHT);
    }

    @Test
    void tellsItsListenersWhatAProgressBarNeeds() {
        Listener listener = new Listener();
        TrainingLoop loop = loop(new Recipes(), "a", session, listener);
        loop.run();
        int steps = loop.stepsOfEpoch();
        assertThat(listener.steps).hasSize(3 * steps);
        StepMetrics last = listener.steps.get(3 * steps - 1);
        assertThat(last.epoch()).isEqualTo(3);
        assertThat(last.epochs()).isEqualTo(3);
        assertThat(last.stepOfEpoch()).isEqualTo(steps);
        assertThat(last.stepsOfEpoch()).isEqualTo(steps);
        assertThat(last.step()).isEqualTo(3L * steps);
        assertThat(last.words()).isPositive();
        assertThat(last.wordsPerSecond()).isPositive();
        assertThat(last.learningRate()).isEqualTo(0.05);
        assertThat(listener.epochs).extracting(EpochMetrics::epoch).containsExactly(1, 2, 3);
        assertThat(listener.epochs)
                .allSatisfy(epoch -> assertThat(epoch.devLoss()).isNotNull());
        assertThat(listener.checkpoints).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "6, 2", "9, 4", "11, 1", "12, 3"})
    void goesOnBitForBitAfterACrash(int crashAt, int checkpointEvery) {
        Recipes recipes = new Recipes();
        recipes.checkpointEvery = checkpointEvery;
        recipes.schedule = Schedule.plateau(0.5, 0, 0.5, 0, 0);
        session.averaging = 0.7;
        FakeSession unbroken = new FakeSession();
        unbroken.averaging = 0.7;
        TrainingLoop.Outcome expected =
                loop(recipes, "unbroken", unbroken, new Listener()).run();

        Listener crashing = new Listener();
        crashing.crashAt = crashAt;
        TrainingLoop first = loop(recipes, "broken", session, crashing);
        assertThatThrownBy(first::run).hasMessage("crash");
        FakeSession resumed = new FakeSession();
        resumed.averaging = 0.7;
        Listener after = new Listener();
        TrainingLoop second = loop(recipes, "broken", resumed, after);
        checkpoints(recipes, "broken").latest(name -> false).ifPresent(second::resume);
        TrainingLoop.Outcome actual = second.run();

        assertThat(resumed.weight).isEqualTo(unbroken.weight);
        assertThat(actual.bestEpoch()).isEqualTo(expected.bestEpoch());
        assertThat(bits(actual)).isEqualTo(bits(expected));
        assertThat(actual.history())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(expected.history());
        assertThat(after.steps.size()).isLessThan(3 * second.stepsOfEpoch() + 1);
    }

    @Test
    void keepsTheWeightsOfTheBestEpochAndStopsEarly() {
        Recipes recipes = new Recipes();
        recipes.epochs = 9;
        recipes.patience = 2;
        int batches = BatchPlan.evaluation(Recipes.captions(1), 2, 2).size();
        List<Float> weights = new ArrayList<>();
        for (double loss : new double[] {3, 2, 2.5, 2.5}) {
            for (int i = 0; i < batches; i++) {
                session.scripted.add(loss);
            }
        }
        Listener listener = new Listener() {
            @Override
            public void onEpoch(EpochMetrics epoch) {
                super.onEpoch(epoch);
                weights.add(session.weight);
            }
        };
        TrainingLoop.Outcome outcome = loop(recipes, "a", session, listener).run();
        assertThat(outcome.history()).extracting(EpochMetrics::best).containsExactly(true, true, false, false);
        assertThat(outcome.bestEpoch()).isEqualTo(2);
        assertThat(bits(outcome)).isEqualTo(weights.get(1)).isNotEqualTo(weights.get(3));
    }

    @Test
    void averagesTheBestEpochsAndKeepsNoOtherWeights() throws IOException {
        Recipes recipes = new Recipes();
        recipes.epochs = 5;
        recipes.averageBest = 2;
        int batches = BatchPlan.evaluation(Recipes.captions(1), 2, 2).size();
        for (double loss : new double[] {3, 1, 2, 1.5, 4}) {
            for (int i = 0; i < batches; i++) {
                session.scripted.add(loss);
            }
        }
        List<Float> weights = new ArrayList<>();
        Listener listener = new Listener() {
            @Override
            public void onEpoch(EpochMetrics epoch) {
                weights.add(session.weight);
            }
        };
        TrainingLoop.Outcome outcome = loop(recipes, "a", session, listener).run();
        assertThat(outcome.bestEpoch()).isEqualTo(2);
        assertThat(bits(outcome)).isEqualTo((float) (((double) weights.get(1) + weights.get(3)) / 2));
        try (Stream<Path> files = Files.list(folder.resolve("a"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("best-")))
                    .containsExactlyInAnyOrder("best-0002.safetensors", "best-0004.safetensors");
        }
    }

    @Test
    void evaluatesAndKeepsTheAverageOfTheWeights() {
        session.averaging = 0.9;
        float[] average = new float[1];
        Listener listener = new Listener() {
            @Override
            public void onEpoch(EpochMetrics epoch) {
                super.onEpoch(epoch);
                average[0] = session.averaged(() -> session.weight);
            }
        };
        TrainingLoop.Outcome outcome =
                loop(new Recipes(), "a", session, listener).run();
        assertThat(outcome.bestEpoch()).isEqualTo(3);
        assertThat(bits(outcome)).isEqualTo(average[0]).isNotEqualTo(session.weight);
    }

    @Test
    void lowersTheRateOnAPlateau() {
        Recipes recipes = new Recipes();
        recipes.schedule = Schedule.plateau(0.1, 0, 0, 0, 0);
        int batches = BatchPlan.evaluation(Recipes.captions(1), 2, 2).size();
        for (int i = 0; i < 3 * batches; i++) {
            session.scripted.add(1.0);
        }
        List<EpochMetrics> history =
                loop(recipes, "a", session, new Listener()).run().history();
        assertThat(history).extracting(EpochMetrics::learningRate).containsExactly(0.05, 0.05, 0.05 * 0.1);
    }

    @Test
    void trainsToTheLastEpochWithoutDevPictures() {
        Recipe recipe = new Recipes().make();
        TrainingLoop loop = new TrainingLoop(
                recipe,
                session,
                null,
                split(0),
                null,
                new Checkpoints(folder.resolve("a"), recipe, recipe.options()),
                new Listener());
        TrainingLoop.Outcome outcome = loop.run();
        assertThat(outcome.bestEpoch()).isEqualTo(3);
        assertThat(bits(outcome)).isEqualTo(session.weight);
        assertThat(outcome.history().get(0).devLoss()).isNull();
    }

    @Test
    void keepsTwoCheckpoints() throws IOException {
        Recipes recipes = new Recipes();
        recipes.checkpointEvery = 2;
        loop(recipes, "a", session, new Listener()).run();
        try (Stream<Path> files = Files.list(folder.resolve("a"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names).filteredOn(name -> name.startsWith("epoch-")).hasSize(2);
            assertThat(names).noneMatch(name -> name.startsWith("."));
        }
    }

    @Test
    void goesOnFromTheCheckpointBeforeWhenTheLastOneIsDamaged() throws IOException {
        Recipes recipes = new Recipes();
        Listener listener = new Listener();
        loop(recipes, "a", session, listener).run();
        Files.write(listener.checkpoints.get(2).resolve("weights.safetensors"), new byte[] {1, 2, 3});
        assertThat(checkpoints(recipes, "a")
                        .latest(name -> false)
                        .orElseThrow()
                        .state()
                        .epoch())
                .isEqualTo(2);
        Files.writeString(listener.checkpoints.get(1).resolve("state.json"), "{");
        assertThatThrownBy(() -> checkpoints(recipes, "a").latest(name -> false))
                .isInstanceOf(CaptionerException.class)
                .hasMessageContaining("no checkpoint in " + folder.resolve("a"));
    }

    @Test
    void aCheckpointThatDoesNotSayWhatItComputedInWasOf32Bits() throws IOException {
        Recipes recipes = new Recipes();
        Listener listener = new Listener();
        loop(recipes, "a", session, listener).run();
        Path state = listener.checkpoints.get(2).resolve("state.json");
        String said = Files.readString(state);
        Files.writeString(state, said.replaceAll(",\\s*\"compute\": \"FLOAT32\"", ""));
        assertThat(Files.readString(state)).isNotEqualTo(said);
        assertThat(checkpoints(recipes, "a").latest(name -> false)).isPresent();
        recipes.compute = Precision.BFLOAT16;
        assertThatThrownBy(() -> checkpoints(recipes, "a").latest(name -> false))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("compute is BFLOAT16")
                .hasMessageContaining("has FLOAT32");
    }

    @Test
    void refusesToGoOnWithAnotherRecipeAndNamesTheOption() {
        Recipes recipes = new Recipes();
        recipes.schedule = Schedule.cosine();
        loop(recipes, "a", session, new Listener()).run();
        recipes.learningRate = 0.01;
        Recipe changed = recipes.make();
        assertThatThrownBy(() -> checkpoints(recipes, "a").latest(changed::mayChange))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("learningRate is 0.01")
                .hasMessageContaining("0.05");
    }

    @Test
    void goesOnWithAnotherPatienceAndWhereTheScheduleAllowsItMoreEpochs() {
        Recipes recipes = new Recipes();
        loop(recipes, "a", session, new Listener()).run();
        recipes.patience = 5;
        recipes.epochs = 4;
        Recipe longer = recipes.make();
        assertThatCode(() -> checkpoints(recipes, "a").latest(longer::mayChange))
                .doesNotThrowAnyException();
        recipes.schedule = Schedule.cosine();
        assertThat(recipes.make().mayChange("epochs")).isFalse();
    }

    @Test
    void stopsWhenTheLossIsNoNumber() {
        session.weight = Float.NaN;
        TrainingLoop loop = loop(new Recipes(), "a", session, new Listener());
        assertThatThrownBy(loop::run)
                .isInstanceOf(CaptionerException.class)
                .hasMessageContaining("the loss is NaN at step 1")
                .hasMessageContaining("lower the learning rate");
    }

    private static float bits(TrainingLoop.Outcome outcome) {
        return outcome.weights().get(FakeSession.WEIGHT).floats().get(0);
    }

    @Test
    void theNewestCheckpointIsTheNewestWhateverItsDigitsAndTheLocale() {
        Recipes recipes = new Recipes();
        recipes.epochs = 20000;
        Checkpoints checkpoints = checkpoints(recipes, "a");
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(checkpoints.writeBest(1, Map.of())).isEqualTo("best-0001.safetensors");
            for (int epoch : new int[] {9998, 9999, 10000}) {
                TrainingState state = new TrainingState(
                        epoch,
                        0,
                        10L * epoch,
                        Schedule.PlateauState.START,
                        TrainingState.Running.NONE,
                        null,
                        List.of());
                checkpoints.write(new Checkpoints.Saved(state, session.weights(), Map.of()));
            }
        } finally {
            Locale.setDefault(before);
        }
        assertThat(checkpoints.latest(name -> false).orElseThrow().state().epoch())
                .isEqualTo(10000);
    }

    private Checkpoints checkpoints(Recipes recipes, String name) {
        Map<String, String> options = new LinkedHashMap<>(recipes.make().options());
        options.putAll(DATA);
        return new Checkpoints(folder.resolve(name), recipes.make(), options);
    }

    private TrainingLoop loop(Recipes recipes, String name, TrainingSession trained, TrainingListener listener) {
        Recipe recipe = recipes.make();
        DevEvaluation dev = new DevEvaluation(recipe, NONE, split(1), null);
        return new TrainingLoop(recipe, trained, null, split(0), dev, checkpoints(recipes, name), listener);
    }

    private static TrainingLoop.Split split(int offset) {
        Pictures pictures = items -> {
            float sum = 0;
            for (BatchPlan.Item item : items) {
                sum += item.flipped() ? -item.image() : item.image();
            }
            return HostTensor.ofFloats(Shape.of(1), sum);
        };
        return new TrainingLoop.Split(pictures, Recipes.captions(offset));
    }

    private static class Listener implements TrainingListener {
        final List<StepMetrics> steps = new ArrayList<>();
        final List<EpochMetrics> epochs = new ArrayList<>();
        final List<Path> checkpoints = new ArrayList<>();
        int crashAt;

        @Override
        public void onStep(StepMetrics step) {
            steps.add(step);
            new CrashAt(crashAt).onStep(step);
        }

        @Override
        public void onEpoch(EpochMetrics epoch) {
            epochs.add(epoch);
        }

        @Override
        public void onCheckpoint(Path checkpoint) {
            checkpoints.add(checkpoint);
        }
    }
}
