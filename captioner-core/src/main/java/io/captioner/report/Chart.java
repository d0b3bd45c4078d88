package io.captioner.report;

import java.util.ArrayList;
import java.util.List;

/** A chart as SVG, with its title, what its colours mean, and a sentence on how to read it. Colours are classes of the style sheet. */
final class Chart {
    private static final double WIDTH = 460;
    private static final double HEIGHT = 270;
    private static final double LEFT = 56;
    private static final double RIGHT = 16;
    private static final double TOP = 34;
    private static final double BOTTOM = 48;

    private final String title;
    private final String note;
    private final Axis x;
    private final Axis y;
    private final Element keys = Element.of("div", "keys");
    private final List<Element> drawn = new ArrayList<>();

    /** @param note how to read the chart */
    Chart(String title, String note, Axis x, Axis y) {
        this.title = title;
        this.note = note;
        this.x = x;
        this.y = y;
    }

    /** A point, and what it says when pointed at. */
    record Point(double x, double y, String tip) {
        Point(double x, double y) {
            this(x, y, "");
        }
    }

    /** How points are told apart from those of other lines, also without colours. */
    enum Mark {
        NONE,
        FULL,
        HOLLOW
    }

    /** Points joined by a line. */
    Chart line(String name, String classes, Mark mark, List<Point> points) {
        key(name, line(classes, 1, 6, 25, 6), mark == Mark.NONE ? List.of() : List.of(dot(classes, mark, 13, 6)));
        StringBuilder path = new StringBuilder();
        for (Point point : points) {
            path.append(path.length() == 0 ? "M" : "L")
                    .append(Element.number(left(point.x)))
                    .append(' ')
                    .append(Element.number(top(point.y)));
        }
        if (points.size() > 1) {
            drawn.add(Element.of("path", "line " + classes).with("d", path.toString()));
        }
        if (mark != Mark.NONE) {
            double radius = points.size() > 20 ? 2.5 : 4;
            points.forEach(point -> drawn.add(
                    tipped(dot(classes, mark, left(point.x), top(point.y)).with("r", radius), point)));
        }
        return this;
    }

    /**
     * Columns up from 0.
     *
     * @param from where a column begins, relative to its point
     * @param width in units of the axis
     */
    Chart columns(String name, String colour, double from, double width, List<Point> points) {
        key(
                name,
                Element.of("rect", "column " + colour)
                        .with("x", 8)
                        .with("y", 0)
                        .with("width", 10)
                        .with("height", 12),
                List.of());
        for (Point point : points) {
            double start = left(point.x + from);
            drawn.add(tipped(
                    Element.of("rect", "column " + colour)
                            .with("x", start)
                            .with("y", top(point.y))
                            .with("width", left(point.x + from + width) - start)
                            .with("height", top(0) - top(point.y)),
                    point));
        }
        return this;
    }

    /** A vertical line at a value, with what it means at its top. */
    Chart mark(double value, String label) {
        double at = left(value);
        boolean right = at > WIDTH * 0.6;
        drawn.add(line("reference", at, TOP, at, top(y.min())));
        drawn.add(Element.of("text")
                .with("x", at + (right ? -5 : 5))
                .with("y", TOP + 12)
                .with("text-anchor", right ? "end" : "start")
                .text(label));
        return this;
    }

    Element element() {
        Element svg = Element.of("svg", "plot")
                .with("viewBox", "0 0 " + Element.number(WIDTH) + " " + Element.number(HEIGHT))
                .with("role", "img")
                .with("aria-label", title + ": " + y.label() + " over " + x.label());
        for (double tick : y.ticks()) {
            svg.add(
                    line("grid", LEFT, top(tick), WIDTH - RIGHT, top(tick)),
                    label(y.format(tick), LEFT - 7, top(tick) + 4, "end"));
        }
        for (double tick : x.ticks()) {
            svg.add(
                    line("axis", left(tick), top(y.min()), left(tick), top(y.min()) + 4),
                    label(x.format(tick), left(tick), HEIGHT - BOTTOM + 20, "middle"));
        }
        svg.add(
                line("axis", LEFT, top(y.min()), WIDTH - RIGHT, top(y.min())),
                label(y.label(), 2, 16, "start"),
                label(x.label(), WIDTH - RIGHT, HEIGHT - 6, "end"));
        svg.add(drawn);
        return Element.of("figure", "card chart")
                .add(Element.of("h3").text(title), keys, svg, Element.of("p").text(note));
    }

    private void key(String name, Element sample, List<Element> dots) {
        keys.add(Element.of("span")
                .add(Element.of("svg", "plot")
                        .with("viewBox", "0 0 26 12")
                        .with("aria-hidden", "true")
                        .add(sample)
                        .add(dots))
                .text(name));
    }

    private double left(double value) {
        return LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
    }

    private double top(double value) {
        return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static Element line(String classes, double x1, double y1, double x2, double y2) {
        String kind = classes.equals("grid") || classes.equals("axis") || classes.equals("reference")
                ? classes
                : "line " + classes;
        return Element.of("line", kind)
                .with("x1", x1)
                .with("y1", y1)
                .with("x2", x2)
                .with("y2", y2);
    }

    private static Element dot(String classes, Mark mark, double x, double y) {
        return Element.of("circle", (mark == Mark.FULL ? "dot " : "hollow ") + classes)
                .with("cx", x)
                .with("cy", y)
                .with("r", 4);
    }

    private static Element label(String text, double x, double y, String anchor) {
        return Element.of("text")
                .with("x", x)
                .with("y", y)
                .with("text-anchor", anchor)
                .text(text);
    }

    private static Element tipped(Element shape, Point point) {
        return point.tip.isEmpty() ? shape : shape.add(Element.of("title").text(point.tip));
    }
}
