package io.captioner.report;

/**
 * Something that the numbers say, in words.
 *
 * @param title the finding itself
 * @param text what it rests on, and what to do
 */
record Finding(Level level, String title, String text) {
    enum Level {
        GOOD("\u2713"),
        NOTE("i"),
        WARNING("!");

        private final String mark;

        Level(String mark) {
            this.mark = mark;
        }
    }

    Element element() {
        return Element.of("article", "card finding " + level.name().toLowerCase(java.util.Locale.ROOT))
                .add(Element.of("h3")
                        .add(Element.of("span", "mark")
                                .with("aria-hidden", "true")
                                .text(level.mark))
                        .text(title))
                .add(Element.of("p").text(text));
    }
}
