package io.captioner.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An element of HTML or SVG. It is written so that a browser reads it as HTML and an XML parser as XML; all text and all values are escaped.
 * Not thread-safe.
 */
final class Element {
    private static final Set<String> VOID = Set.of("br", "hr", "img", "input", "link", "meta");

    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Object> content = new ArrayList<>(); // Element or escaped String

    private Element(String name) {
        this.name = name;
    }

    static Element of(String name) {
        return new Element(name);
    }

    /** An element with the value of its {@code class}. */
    static Element of(String name, String classes) {
        return new Element(name).with("class", classes);
    }

    /** A style sheet, which HTML reads unescaped. */
    static Element style(String css) {
        if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
            throw new IllegalArgumentException("a style sheet with < or & is not the same in HTML and in XML");
        }
        Element style = new Element("style");
        style.content.add(css);
        return style;
    }

    /** A number with two decimals at most, as SVG and CSS read it. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    Element with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    Element with(String attribute, double value) {
        return with(attribute, number(value));
    }

    Element text(String text) {
        content.add(escape(text));
        return this;
    }

    Element add(Element... children) {
        return add(List.of(children));
    }

    Element add(List<Element> children) {
        content.addAll(children);
        return this;
    }

    void writeTo(StringBuilder out) {
        out.append('<').append(name);
        attributes.forEach((attribute, value) -> out.append(' ')
                .append(attribute)
                .append("=\"")
                .append(escape(value))
                .append('"'));
        if (VOID.contains(name)) {
            out.append(" />");
            return;
        }
        out.append('>');
        for (Object part : content) {
            if (part instanceof Element child) {
                child.writeTo(out);
            } else {
                out.append(part);
            }
        }
        out.append("</").append(name).append('>');
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        writeTo(out);
        return out.toString();
    }

    /** Markup becomes text; what XML cannot hold becomes the replacement character. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isXml(point) ? point : 0xfffd);
            }
        });
        return out.toString();
    }

    private static boolean isXml(int point) {
        return point >= 0x20 && point < 0x7f
                || point >= 0xa0 && point < 0xd800
                || point > 0xdfff && point != 0xfffe && point != 0xffff
                || point == '\n'
                || point == '\t';
    }
}
