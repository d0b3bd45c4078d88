package io.captioner.report;

import io.captioner.report.Finding.Level;
import io.captioner.train.EpochMetrics;
import io.captioner.train.TrainingListener.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a training's numbers say, in plain words, the gravest first. The limits are rules of thumb; each finding names the numbers that it rests
 * on.
 */
final class Verdict {
    /** Training photos below which new photos are mostly guessed at, and from which on there is no need to speak of their number. */
    private static final int FEW_PHOTOS = 1000;

    private static final int ENOUGH_PHOTOS = 4000;

    /** Dev photos below which chance has a large part in the dev numbers. */
    private static final int FEW_DEV_PHOTOS = 100;

    /** Change of the dev loss, in nats a word, that is more than noise. */
    private static final double CHANGE = 0.03;

    /** Nats a word by which dev is worse than train: to be mentioned, and large. */
    private static final double GAP = 0.3;

    private static final double LARGE_GAP = 0.8;

    /** Dev loss, in nats a word, at which each word is one of two or three: less than people leave open when they describe the same photo. */
    private static final double MASTERED = 1;

    /** CIDEr-D of captions that have little to do with the photos. */
    private static final double LOW_CIDER = 0.1;

    private final TrainingLog log;
    private final TrainingData data;
    private final List<Finding> findings = new ArrayList<>();

    private Verdict(TrainingLog log, TrainingData data) {
        this.log = log;
        this.data = data;
    }

    static List<Finding> of(TrainingLog log, TrainingData data) {
        Verdict verdict = new Verdict(log, data);
        verdict.judge();
        return verdict.findings.stream()
                .sorted((one, other) -> other.level().compareTo(one.level()))
                .toList();
    }

    private void judge() {
        if (log.start().devImages() == 0) {
            warn(
                    "Nobody knows how it does on new photos.",
                    "There are no dev photos. The training loss falls also where photos are only learned by heart: keep a tenth of the photos"
                            + " for the dev split (val), and the report can tell.");
        }
        if (log.epochs().isEmpty()) {
            note("Nothing to judge yet.", "The first epoch is under way; each finished epoch is added here.");
        } else {
            generalisation();
            progress();
            captions();
        }
        amount();
        words();
    }

    /** Whether new photos are captioned as well as those it learns from. */
    private void generalisation() {
        EpochMetrics last = log.last();
        if (last.devLoss() == null) {
            return;
        }
        EpochMetrics lowest = log.lowest().orElse(last);
        double dev = TrainingLog.devLoss(last);
        double rise = dev - TrainingLog.devLoss(lowest);
        double gap = dev - last.crossEntropy();
        String worse = gap < GAP
                ? ""
                : format(
                        " %s dev is worse than train, %.2f against %.2f nats a word: the right word of a new photo's caption is %.1f times less"
                                + " probable to the model than that of a photo it learns from, and that with dropout weakening it in training.",
                        log.isFinished() ? "At the end" : "By now", dev, last.crossEntropy(), Math.exp(gap));
        if (rise > CHANGE && last.crossEntropy() < lowest.crossEntropy()) {
            warn(
                    "It overfits: since epoch " + lowest.epoch() + " it learns the training photos by heart.",
                    format(
                                    "The dev loss rose from %.3f in epoch %d to %.3f in epoch %d, while the training loss went on falling, from %.3f to %.3f.",
                                    TrainingLog.devLoss(lowest),
                                    lowest.epoch(),
                                    dev,
                                    last.epoch(),
                                    lowest.crossEntropy(),
                                    last.crossEntropy())
                            + worse
                            + kept()
                            + " Against it: more photos, fewer epochs or earlyStopping, more dropout.");
        } else if (gap >= LARGE_GAP) {
            warn(
                    "It does much worse on new photos than on those it learns from: overfitting.",
                    worse.strip()
                            + " The dev loss does not rise yet, so the epochs did no harm; what is missing is data."
                            + kept());
        } else if (gap >= GAP) {
            note(
                    "It does somewhat worse on new photos than on those it learns from.",
                    worse.strip() + " Some distance is usual. It grows with more epochs and shrinks with more photos."
                            + kept());
        } else {
            add(
                    Level.GOOD,
                    log.isFinished() ? "No sign of overfitting." : "No sign of overfitting so far.",
                    format(
                            "Dev photos cost %.2f nats a word and training photos %.2f (with dropout, which makes it harder): photos are not"
                                    + " learned by heart.",
                            dev, last.crossEntropy()));
        }
    }

    private String kept() {
        return log.best()
                .map(best -> log.isFinished()
                        ? " The package has the weights of epoch " + best.epoch() + ", the best on dev."
                        : " The weights of epoch " + best.epoch() + ", the best on dev so far, are kept.")
                .orElse("");
    }

    private void progress() {
        List<EpochMetrics> epochs = log.epochs();
        if (!log.isFinished() || epochs.size() < 2 || log.last().devLoss() == null) {
            return;
        }
        double before = TrainingLog.devLoss(epochs.get(epochs.size() - 2));
        double gain = before - TrainingLog.devLoss(log.last());
        if (gain > CHANGE) {
            note(
                    "It was still getting better when it ended.",
                    format(
                            "The last epoch lowered the dev loss by %.1f %%: train anew with more epochs.",
                            100 * gain / before));
        }
    }

    /** One sentence for all photos is what a model says that does not look; a word again and again, one that has not learned to speak. */
    private void captions() {
        EpochMetrics last = log.last();
        List<Set<String>> said = last.samples().stream()
                .map(sample -> Set.copyOf(List.of(sample.text().split(" "))))
                .toList();
        long different = said.stream().distinct().count();
        if (said.size() >= 6 && different * 2 <= said.size()) {
            warn(
                    "It says the same of different photos.",
                    "The captions of " + said.size() + " dev photos are made of "
                            + (different == 1 ? "the same words" : "only " + different + " choices of words")
                            + " in epoch " + last.epoch()
                            + ": it has learned how captions sound, and hardly looks at the photo yet. More epochs help where the dev loss still falls,"
                            + " else more photos.");
        }
        if (last.devCiderD() != null && last.devCiderD() < LOW_CIDER) {
            warn(
                    format("Its captions do not fit yet: dev CIDEr-D %.2f.", last.devCiderD()),
                    "They have next to no telling words in common with those of people. The bundled model has about 0.5 on its own dev photos.");
        }
    }

    private void amount() {
        Start start = log.start();
        String help =
                " What helps, in this order: more photos of the kind it will be used on; several captions of each, by different people;"
                        + " starting from a captioner that is trained already.";
        if (start.images() < FEW_PHOTOS && isMastered()) {
            note(
                    "Only " + start.images() + " training photos, but they are enough for dev photos of the same kind.",
                    "There is little that differs from photo to photo, and the model has learned it. On photos of any other kind it will say the same things, and"
                            + " be wrong.");
        } else if (start.images() < FEW_PHOTOS) {
            warn(
                    "Too little data: " + start.images() + " training photos.",
                    "The words and the sentences of the kind are learned from a few hundred photos, but what is to be seen is mostly guessed. The"
                            + " bundled model has learned from 6,000." + help);
        } else if (start.images() < ENOUGH_PHOTOS) {
            note(
                    "Not many photos: " + start.images() + " for training.",
                    "Frequent things are named, rare ones are missed." + help);
        }
        if (start.devImages() > 0 && start.devImages() < FEW_DEV_PHOTOS) {
            note(
                    "Few dev photos: " + start.devImages() + ".",
                    "The dev numbers, and which epoch is best, rest on them alone; small differences between epochs or trainings are chance.");
        }
    }

    /** Whether captions of new photos hold hardly a surprise. */
    private boolean isMastered() {
        return log.lowest()
                .filter(epoch -> TrainingLog.devLoss(epoch) < MASTERED
                        && TrainingLog.devLoss(epoch) - epoch.crossEntropy() < GAP)
                .isPresent();
    }

    private void words() {
        if (data.devUnknown() > 0.05) {
            note(
                    format("%.0f %% of the words in dev captions are unknown to the model.", 100 * data.devUnknown()),
                    "It never writes them. A lower minCount lets rarer words in; only more captions teach them.");
        }
    }

    private void warn(String title, String text) {
        add(Level.WARNING, title, text);
    }

    private void note(String title, String text) {
        add(Level.NOTE, title, text);
    }

    private void add(Level level, String title, String text) {
        findings.add(new Finding(level, title, text));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
