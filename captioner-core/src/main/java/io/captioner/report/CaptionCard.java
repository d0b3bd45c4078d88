package io.captioner.report;

import io.captioner.AttentionMap;
import io.captioner.Caption;
import io.captioner.image.ImageTransform;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One photo of a {@link CaptionReport}: the photo, the caption, its words with probability and attention, and the alternatives. */
final class CaptionCard {
    private static final int PHOTO_SIDE = 640;

    private final String id;
    private final ImageTransform transform;

    /** @param id unique in the page */
    CaptionCard(String id, ImageTransform transform) {
        this.id = id;
        this.transform = transform;
    }

    Element of(String name, Optional<Picture> picture, Caption caption) {
        Element card = Element.of("article", "card photo-card").with("id", id);
        boolean mapped = picture.isPresent() && hasAttention(caption);
        card.add(picture.map(photo -> stage(photo, name, caption))
                .orElseGet(() -> Element.of("p", "missing").text("The photo cannot be shown.")));
        Element told = Element.of("div", "told");
        told.add(
                Element.of("p", "file").with("title", name).text(lastPart(name)),
                Element.of("h2").text(caption.text().isEmpty() ? "(no words)" : caption.text()));
        if (caption.finish() == Caption.Finish.LENGTH) {
            told.add(Element.of("p", "hint").text("Cut off at the limit of words."));
        }
        if (caption.unlikeTraining()) {
            told.add(Element.of("p", "hint")
                    .text("Unlike the photos that the model was trained on: do not rely on this caption."));
        }
        told.add(words(caption, mapped ? picture : Optional.empty()));
        told.add(Element.of("p", "numbers")
                .text("Score " + signed(caption.score()) + ", words on average " + percent(mean(caption.words()))
                        + " probable." + confidence(caption)));
        if (!caption.alternatives().isEmpty()) {
            told.add(alternatives(caption.alternatives()));
        }
        return card.add(told);
    }

    static int photoSide() {
        return PHOTO_SIDE;
    }

    /** Whether some word looks at some place more than at another. */
    static boolean hasAttention(Caption caption) {
        return caption.words().stream().anyMatch(word -> HeatMap.isTelling(word.attention()));
    }

    /** A path's last name; any other name as it is. */
    static String lastPart(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        return last.isEmpty() ? name : last;
    }

    private Element stage(Picture photo, String name, Caption caption) {
        return Element.of("div", "stage")
                .add(svg(photo)
                        .with("role", "img")
                        .with("aria-label", name + ": " + caption.text())
                        .add(Element.of("image")
                                .with("id", id + "p")
                                .with("width", photo.width())
                                .with("height", photo.height())
                                .with("href", photo.data())));
    }

    /** A word is a choice of its own kind: pointed at or chosen, its overlay shows on the photo of its card. */
    private Element words(Caption caption, Optional<Picture> mapped) {
        Element list = Element.of("div", mapped.isPresent() ? "words mapped" : "words");
        mapped.ifPresent(photo -> list.add(Element.of("label", "word")
                .add(choice().with("checked", "checked"))
                .add(svg(photo).with("class", "thumb").add(Element.of("use").with("href", "#" + id + "p")))
                .add(Element.of("span", "word-text").add(Element.of("small").text("photo alone")))));
        int number = 0;
        for (Caption.Word word : caption.words()) {
            double probability = Math.exp(word.logProbability());
            Element told = Element.of("span", "word-text")
                    .add(
                            Element.of("b").text(word.text()),
                            Element.of("i", "bar")
                                    .add(Element.of("i")
                                            .with("style", "width:" + Element.number(100 * probability) + "%")),
                            Element.of("small").text(percent(probability)));
            if (mapped.isPresent()) {
                String map = id + "w" + number++;
                list.add(Element.of("label", "word")
                        .add(choice())
                        .add(thumbnail(mapped.get(), map, word.attention()), told)
                        .add(svg(mapped.get())
                                .with("class", "overlay")
                                .with("aria-hidden", "true")
                                .add(Element.of("use").with("href", "#" + map))));
            } else {
                list.add(Element.of("span", "word").add(told));
            }
        }
        return list;
    }

    private Element choice() {
        return Element.of("input").with("type", "radio").with("name", id);
    }

    private Element thumbnail(Picture photo, String map, AttentionMap attention) {
        Region seen = Region.of(transform, photo.width(), photo.height());
        return svg(photo)
                .with("class", "thumb")
                .with("aria-hidden", "true")
                .add(
                        Element.of("use").with("href", "#" + id + "p"),
                        Element.of("image")
                                .with("id", map)
                                .with("x", seen.left())
                                .with("y", seen.top())
                                .with("width", seen.width())
                                .with("height", seen.height())
                                .with("preserveAspectRatio", "none")
                                .with("href", HeatMap.data(attention)));
    }

    private static Element alternatives(List<Caption.Alternative> alternatives) {
        Element list = Element.of("ol", "alternatives");
        for (Caption.Alternative other : alternatives) {
            Element item = Element.of("li");
            String joined = other.words().stream().map(Caption.Word::text).collect(Collectors.joining(" "));
            if (other.text().isEmpty()) {
                item.text("(no words) ");
            } else if (joined.equals(other.text())) {
                other.words().forEach(word -> item.add(underlined(word)).text(" "));
            } else {
                item.text(other.text() + " "); // of parts of words, which do not read well one by one
            }
            list.add(item.add(Element.of("small").text(signed(other.score()))));
        }
        return Element.of("div")
                .add(Element.of("h3").text("Other candidates, underlined by the probability of each word"), list);
    }

    private static Element underlined(Caption.Word word) {
        double probability = Math.exp(word.logProbability());
        return Element.of("span", "w")
                .with("style", "--p:" + Element.number(100 * probability) + "%")
                .with("title", percent(probability))
                .text(word.text());
    }

    private static Element svg(Picture photo) {
        return Element.of("svg").with("viewBox", "0 0 " + photo.width() + " " + photo.height());
    }

    /** Geometric mean of the probabilities. */
    private static double mean(List<Caption.Word> words) {
        return Math.exp(words.stream()
                .mapToDouble(Caption.Word::logProbability)
                .average()
                .orElse(0));
    }

    static String percent(double share) {
        double hundred = 100 * share;
        return hundred > 0 && hundred < 1 ? "<1 %" : Math.round(hundred) + " %";
    }

    private static String confidence(Caption caption) {
        return caption.confidence().isEmpty()
                ? ""
                : " Confidence " + percent(caption.confidence().getAsDouble()) + ".";
    }

    private static String signed(double score) {
        return String.format(Locale.ROOT, "%.2f", score).replace('-', '\u2212');
    }
}
