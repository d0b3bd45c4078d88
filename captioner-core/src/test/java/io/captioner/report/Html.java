package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A page as an XML parser reads it. */
record Html(String source, Document document) {
    static Html read(Path file) throws IOException {
        String source = Files.readString(file);
        try {
            return new Html(
                    source,
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(source))));
        } catch (ParserConfigurationException | SAXException e) {
            throw new AssertionError(file + " is not well-formed: " + e.getMessage(), e);
        }
    }

    /** The text of the body. */
    String text() {
        return elements("body").get(0).getTextContent();
    }

    List<String> texts(String name) {
        return elements(name).stream().map(Element::getTextContent).toList();
    }

    List<Element> elements(String name) {
        NodeList found = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    /** No address of another place, no script, and no reference to an element that is not there. */
    void requireSelfContained() {
        assertThat(source).doesNotContainPattern("(?i)https?://|//[a-z]+\\.|@import|url\\(");
        for (Element element : elements("*")) {
            assertThat(element.getTagName()).isNotIn("script", "iframe", "object", "embed", "link", "base", "form");
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                String name = element.getAttributes().item(i).getNodeName();
                String value = element.getAttributes().item(i).getNodeValue();
                assertThat(name).doesNotStartWith("on");
                if (name.equals("src") || name.equals("href")) {
                    assertThat(value).matches("(?s)data:image/(png|jpeg);base64,.*|#.*");
                }
                if (value.startsWith("#")) {
                    assertThat(ids()).contains(value.substring(1));
                }
            }
        }
    }

    List<String> ids() {
        return elements("*").stream()
                .map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .toList();
    }
}
