package io.captioner.pack;

import io.captioner.model.CaptionerArchitecture;
import io.captioner.text.Tokenizer;
import java.util.Locale;

/** The model card of a package whose author wrote none: what the package itself knows. */
final class ModelCard {
    private ModelCard() {}

    static String of(String id, CaptionerArchitecture architecture, Tokenizer vocabulary, Provenance provenance) {
        StringBuilder card = new StringBuilder();
        card.append("# ").append(id).append("\n\nDescribes pictures in one sentence each.\n\n## The model\n\n");
        line(card, "Encoder", architecture.encoder().toString());
        line(card, "Decoder", architecture.decoder().toString());
        line(card, "Vocabulary", vocabulary.toString());
        line(card, "Licence", provenance.licence());
        card.append("\n## How it came to be\n\n");
        line(card, "Trained by", provenance.trainer());
        line(card, "Saved by captioner", provenance.captionerVersion());
        line(card, "Finished", provenance.created().toString());
        line(card, "Data", provenance.dataset());
        line(card, "SHA-256 of the data", provenance.datasetHash());
        provenance.recipe().forEach((name, value) -> line(card, name, value));
        if (!provenance.metrics().isEmpty()) {
            card.append("\n## Measured\n\n");
            provenance.metrics().forEach((name, value) -> line(card, name, String.format(Locale.ROOT, "%.4f", value)));
        }
        if (!provenance.notices().isEmpty()) {
            card.append("\n## Notices\n\n");
            provenance.notices().forEach(notice -> card.append(notice).append("\n"));
        }
        card.append(
                        "\n## Limits\n\nA caption is a guess. It repeats the habits of the data that the model learned from, and can be wrong")
                .append(" about what, who and how many are in a picture.\n");
        return card.toString();
    }

    private static void line(StringBuilder card, String name, String value) {
        if (!value.isEmpty()) {
            card.append("- ").append(name).append(": ").append(value).append("\n");
        }
    }
}
