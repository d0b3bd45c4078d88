package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final double RELATIVE = 1e-9;

    @Test
    void stepsDownEveryFewEpochs() throws IOException {
        JsonObject table = fixture("step");
        Schedule schedule = Schedule.step(
                table.get("step_size").getAsInt(), table.get("gamma").getAsDouble());
        assertByEpoch(table, schedule);
    }

    @Test
    void stepsDownAtMilestones() throws IOException {
        JsonObject table = fixture("multi_step");
        List<Integer> milestones = new ArrayList<>();
        table.getAsJsonArray("milestones").forEach(milestone -> milestones.add(milestone.getAsInt()));
        assertByEpoch(table, Schedule.steps(milestones, table.get("gamma").getAsDouble()));
    }

    @Test
    void fallsExponentially() throws IOException {
        JsonObject table = fixture("exponential");
        assertByEpoch(table, Schedule.exponential(table.get("gamma").getAsDouble()));
    }

    @Test
    void fallsAlongACosine() throws IOException {
        JsonObject table = fixture("cosine");
        double rate = table.get("lr").getAsDouble();
        assertByStep(
                table,
                Schedule.cosine(table.get("min").getAsDouble() / rate),
                rate,
                table.get("T").getAsInt());
    }

    @Test
    void warmsUpBeforeACosine() throws IOException {
        JsonObject table = fixture("cosine_warmup");
        Schedule schedule = Schedule.cosine().withWarmup(table.get("warmup").getAsInt());
        assertByStep(
                table,
                schedule,
                table.get("lr").getAsDouble(),
                table.get("total").getAsInt());
    }

    @Test
    void warmsUpBeforeALine() throws IOException {
        JsonObject table = fixture("linear_warmup");
        Schedule schedule = Schedule.linear().withWarmup(table.get("warmup").getAsInt());
        assertByStep(
                table,
                schedule,
                table.get("lr").getAsDouble(),
                table.get("total").getAsInt());
    }

    @Test
    void fallsWithTheSquareRootOfTheSteps() throws IOException {
        JsonObject table = fixture("inverse_square_root");
        int warmup = table.get("warmup").getAsInt();
        double peak = 1 / Math.sqrt(table.get("d").getAsDouble() * warmup);
        assertByStep(table, Schedule.inverseSquareRoot(warmup), peak, 1000);
    }

    @Test
    void fallsWhenTheLossStaysOnAPlateau() throws IOException {
        JsonObject table = fixture("plateau_min");
        assertByMetric(table, plateau(table), "metric");
    }

    @Test
    void fallsWhenAScoreStaysOnAPlateau() throws IOException {
        JsonObject table = fixture("plateau_max");
        assertByMetric(table, plateau(table).ofScores(), "metric");
    }

    @Test
    void fallsAfterEveryFewEpochsWithoutABetterScore() throws IOException {
        JsonObject table = fixture("plateau_by_epochs");
        int patience = table.get("every").getAsInt() - 1;
        Schedule schedule = Schedule.plateau(table.get("factor").getAsDouble(), patience, 0, 0, 0);
        assertByMetric(table, schedule.ofScores(), "scores");
    }

    @Test
    void everyTableIsTested() throws IOException {
        assertThat(tables().keySet())
                .isSubsetOf(
                        "step",
                        "multi_step",
                        "exponential",
                        "cosine",
                        "cosine_warmup",
                        "linear_warmup",
                        "inverse_square_root",
                        "plateau_min",
                        "plateau_max",
                        "plateau_by_epochs");
    }

    private static Schedule plateau(JsonObject table) {
        return Schedule.plateau(
                table.get("factor").getAsDouble(),
                table.get("patience").getAsInt(),
                table.get("threshold").getAsDouble(),
                table.get("cooldown").getAsInt(),
                table.get("min_lr").getAsDouble() / table.get("lr").getAsDouble());
    }

    private static void assertByMetric(JsonObject table, Schedule schedule, String name) {
        double rate = table.get("lr").getAsDouble();
        JsonArray metric = table.getAsJsonArray(name);
        JsonArray rates = table.getAsJsonArray("rates");
        Schedule.PlateauState state = Schedule.PlateauState.START;
        for (int epoch = 0; epoch < rates.size(); epoch++) {
            double expected = rates.get(epoch).getAsDouble();
            assertThat(rate * schedule.factor(epoch, 100, epoch, state))
                    .as("rate of epoch %d", epoch)
                    .isCloseTo(expected, within(RELATIVE * expected));
            state = schedule.afterEpoch(state, metric.get(epoch).getAsDouble());
        }
    }

    @Test
    void isConstantAfterTheWarmup() {
        Schedule schedule = Schedule.constant().withWarmup(2);
        assertThat(List.of(factor(schedule, 0), factor(schedule, 1), factor(schedule, 2), factor(schedule, 9)))
                .containsExactly(0.0, 0.5, 1.0, 1.0);
    }

    @Test
    void refusesBadValuesAtOnce() {
        assertThatThrownBy(() -> Schedule.step(0, 0.5))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Schedule.exponential(1.5))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("1.5");
        assertThatThrownBy(() -> Schedule.cosine(-0.1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("-0.1");
        assertThatThrownBy(() -> Schedule.constant().withWarmup(-1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> Schedule.steps(List.of(3, 3), 0.1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("milestone");
        assertThatThrownBy(() -> Schedule.plateau(-1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("patience");
    }

    private static double factor(Schedule schedule, long step) {
        return schedule.factor(step, 10, 0, Schedule.PlateauState.START);
    }

    private static void assertByEpoch(JsonObject table, Schedule schedule) {
        JsonArray rates = table.getAsJsonArray("rates");
        for (int epoch = 0; epoch < rates.size(); epoch++) {
            double rate = table.get("lr").getAsDouble()
                    * schedule.factor(epoch * 10L, 1000, epoch, Schedule.PlateauState.START);
            double expected = rates.get(epoch).getAsDouble();
            assertThat(rate).isCloseTo(expected, within(RELATIVE * expected));
        }
    }

    private static void assertByStep(JsonObject table, Schedule schedule, double base, int total) {
        JsonArray rates = table.getAsJsonArray("rates");
        for (int step = 0; step < rates.size(); step++) {
            double rate = base * schedule.factor(step, total, 0, Schedule.PlateauState.START);
            double expected = rates.get(step).getAsDouble();
            assertThat(rate).isCloseTo(expected, within(RELATIVE * Math.max(expected, base)));
        }
    }

    private static JsonObject fixture(String name) throws IOException {
        return tables().getAsJsonObject(name);
    }

    private static JsonObject tables() throws IOException {
        Path file = Path.of(
                System.getProperty("captioner.fixtures", "../../shared/fixtures"), "training", "schedules.json");
        Assumptions.assumeTrue(Files.exists(file), () -> "the table of schedules is not at " + file);
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject().getAsJsonObject("schedules");
    }
}
