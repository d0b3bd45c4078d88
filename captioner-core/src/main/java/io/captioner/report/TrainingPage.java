package io.captioner.report;

import io.captioner.ImageInput;
import io.captioner.train.EpochMetrics;
import io.captioner.train.TrainingListener.Start;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page of a training, from its log. Photos are read once, however often the page is written. */
final class TrainingPage {
    private static final int REFRESH_SECONDS = 30;
    private static final int PHOTO_SIDE = 400;
    /** Captions of a photo that show at once; earlier ones unfold. */
    private static final int SHOWN = 6;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    private final TrainingLog log;
    private final TrainingData data;
    private final int known;
    private final Map<String, Optional<Picture>> photos = new HashMap<>();

    /** @param known how many words the model knows */
    TrainingPage(TrainingLog log, TrainingData data, int known) {
        this.log = log;
        this.data = data;
        this.known = known;
    }

    String html() {
        List<Element> parts = new ArrayList<>();
        parts.add(header());
        parts.add(Element.of("div", "findings")
                .add(Verdict.of(log, data).stream().map(Finding::element).toList()));
        parts.add(facts());
        parts.add(curves());
        samples().ifPresent(parts::add);
        parts.add(learnedFrom());
        recipe().ifPresent(parts::add);
        StringBuilder html =
                new StringBuilder(Page.begin("Training on " + data.name(), log.isFinished() ? 0 : REFRESH_SECONDS));
        for (Element part : parts) {
            part.writeTo(html);
            html.append('\n');
        }
        String now = TIME.format(Instant.now().atZone(ZoneId.systemDefault()));
        return html.append(Page.end("Written by captioner, " + now + "."
                        + (log.isFinished() ? "" : " While the training runs the page reads itself anew.")))
                .toString();
    }

    private Element header() {
        Start start = log.start();
        int done = log.epochs().size();
        String state = log.isFinished()
                ? "Finished after " + count(done, "epoch") + ", " + duration(log.seconds()) + " of steps."
                        + log.best()
                                .filter(best -> best.devLoss() != null)
                                .map(best -> " The package has the weights of epoch " + best.epoch() + ".")
                                .orElse("")
                : "Running: " + done + " of " + count(start.epochs(), "epoch") + " done, " + duration(log.seconds())
                        + " of steps.";
        return Element.of("header", "top")
                .add(
                        Element.of("h1").text("Training on " + data.name()),
                        Element.of("p").text(state));
    }

    private Element facts() {
        Start start = log.start();
        Element facts = Element.of("dl", "facts");
        facts.add(
                fact("Training photos", grouped(start.images()), grouped(start.captions()) + " captions"),
                fact("Dev photos", grouped(start.devImages()), "choose the best epoch"),
                fact(
                        "Words known",
                        grouped(known),
                        "of " + grouped(data.counts().size()) + " in the train split"));
        log.best().ifPresent(best -> {
            if (best.devLoss() != null) {
                facts.add(fact(
                        "Dev loss, best epoch",
                        String.format(Locale.ROOT, "%.3f", best.devLoss()),
                        String.format(
                                Locale.ROOT, "nats a word; perplexity %.1f", Math.exp(TrainingLog.devLoss(best)))));
            }
            if (best.devCiderD() != null) {
                facts.add(fact(
                        "Dev CIDEr-D, best epoch",
                        String.format(Locale.ROOT, "%.3f", best.devCiderD()),
                        best.devBleu4() == null ? "" : String.format(Locale.ROOT, "BLEU-4 %.3f", best.devBleu4())));
            }
        });
        return facts;
    }

    private static Element fact(String name, String value, String more) {
        return Element.of("div", "card fact")
                .add(
                        Element.of("dt").text(name),
                        Element.of("dd").text(value),
                        Element.of("small").text(more));
    }

    private Element curves() {
        Element charts =
                Element.of("div", "charts").add(TrainingCharts.loss(log).element());
        if (log.epochs().stream().anyMatch(epoch -> epoch.devCiderD() != null)) {
            charts.add(TrainingCharts.scores(log).element());
        }
        return section("How it went", "").add(charts);
    }

    private Optional<Element> samples() {
        if (log.epochs().isEmpty() || log.last().samples().isEmpty()) {
            return Optional.empty();
        }
        Element grid = Element.of("div", "samples");
        for (EpochMetrics.Sample sample : log.last().samples()) {
            grid.add(sample(sample));
        }
        return Optional.of(section(
                        "The same photos, epoch after epoch",
                        "Dev photos, which the model does not learn from. Equal captions of epochs in a row stand once; the epoch whose weights are kept is"
                                + " marked.")
                .add(grid));
    }

    private Element sample(EpochMetrics.Sample sample) {
        String name = String.valueOf(Path.of(sample.image()).getFileName());
        Element card = Element.of("article", "card sample");
        photos.computeIfAbsent(sample.image(), image -> Picture.read(ImageInput.of(Path.of(image)), PHOTO_SIDE))
                .ifPresentOrElse(
                        photo -> card.add(Element.of("img")
                                .with("src", photo.data())
                                .with("width", photo.width())
                                .with("height", photo.height())
                                .with("alt", name)),
                        () -> card.add(Element.of("p", "missing").text("The photo cannot be shown.")));
        Element told = Element.of("div", "told").add(Element.of("p", "file").text(name));
        List<Said> said = said(sample.image());
        List<Said> early = said.subList(0, Math.max(0, said.size() - SHOWN));
        if (!early.isEmpty()) {
            int last = early.get(early.size() - 1).to;
            told.add(Element.of("details")
                    .add(Element.of("summary").text(last == 1 ? "epoch 1" : "epochs 1 to " + last), list(early)));
        }
        told.add(list(said.subList(early.size(), said.size())));
        told.add(Element.of("h3").text("People said"));
        Element human = Element.of("ol", "human");
        sample.references().stream()
                .limit(2)
                .forEach(reference -> human.add(Element.of("li").text(reference)));
        return card.add(told.add(human));
    }

    /** A caption that epochs in a row gave. */
    private record Said(int from, int to, String text, boolean kept) {}

    private List<Said> said(String image) {
        int best = log.best().map(EpochMetrics::epoch).orElse(-1);
        List<Said> said = new ArrayList<>();
        for (EpochMetrics epoch : log.epochs()) {
            epoch.samples().stream()
                    .filter(sample -> sample.image().equals(image))
                    .forEach(sample -> {
                        Said before = said.isEmpty() ? null : said.get(said.size() - 1);
                        boolean same = before != null && before.text.equals(sample.text());
                        if (before != null && same) {
                            said.remove(said.size() - 1);
                        }
                        said.add(new Said(
                                before != null && same ? before.from : epoch.epoch(),
                                epoch.epoch(),
                                sample.text(),
                                epoch.epoch() == best || before != null && same && before.kept));
                    });
        }
        return said;
    }

    private static Element list(List<Said> captions) {
        Element list = Element.of("ol", "said");
        for (Said said : captions) {
            String epochs = said.from == said.to ? "epoch " + said.to : said.from + " to " + said.to;
            list.add(Element.of("li", said.kept ? "chosen" : "")
                    .add(
                            Element.of("small").text(epochs + (said.kept ? " \u2713" : "")),
                            Element.of("span").text(said.text.isEmpty() ? "(no words)" : said.text)));
        }
        return list;
    }

    private Element learnedFrom() {
        List<String> said = log.epochs().isEmpty()
                ? List.of()
                : log.last().samples().stream().map(EpochMetrics.Sample::text).toList();
        return section("What it learns from", "")
                .add(Element.of("div", "charts")
                        .add(
                                TrainingCharts.lengths(data, said).element(),
                                TrainingCharts.coverage(data, known).element(),
                                TrainingCharts.frequency(data, known).element()));
    }

    private Optional<Element> recipe() {
        Map<String, String> recipe = log.start().recipe();
        if (recipe.isEmpty()) {
            return Optional.empty();
        }
        Element list = Element.of("dl", "card recipe");
        recipe.forEach((name, value) -> {
            if (!value.isEmpty()) {
                list.add(Element.of("div", value.length() > 24 ? "long" : "")
                        .add(Element.of("dt").text(name), Element.of("dd").text(value)));
            }
        });
        return Optional.of(
                section("Recipe", "Every option that has a say in the result, as the package's provenance has it.")
                        .add(list));
    }

    private static Element section(String title, String text) {
        Element section = Element.of("section").add(Element.of("h2").text(title));
        return text.isEmpty() ? section : section.add(Element.of("p").text(text));
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String grouped(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String duration(double seconds) {
        return seconds < 90
                ? Math.round(seconds) + " s"
                : seconds < 5400
                        ? Math.round(seconds / 60) + " min"
                        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
