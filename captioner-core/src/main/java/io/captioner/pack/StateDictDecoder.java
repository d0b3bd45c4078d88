package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AdditiveAttention.Activation;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.Cell;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.PlainRnn.Picture;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.TransformerDecoder.Norm;
import io.captioner.model.TransformerDecoder.Positions;
import io.captioner.model.VariationalRnn;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;

/**
 * A decoder's architecture as the names and shapes of its state dict tell it, {@code decoder.*}. What they do not tell is in the recipe: the
 * number of heads, the activation, the kind of a plain cell, dropout.
 */
final class StateDictDecoder {
    /** Positions of sinusoids where nobody says how many. */
    private static final int POSITIONS = 64;

    private final WeightSource weights;
    private final StateDictRecipe recipe;

    private StateDictDecoder(WeightSource weights, StateDictRecipe recipe) {
        this.weights = weights;
        this.recipe = recipe;
    }

    /** @throws ModelException when the names are those of no decoder here, or the recipe contradicts the weights or says too little */
    static DecoderArchitecture of(WeightSource weights, StateDictRecipe recipe) {
        return new StateDictDecoder(weights, recipe).decoder();
    }

    private DecoderArchitecture decoder() {
        if (has("transformer.layers.0.self_attn.in_proj_weight")) {
            return transformer();
        }
        if (has("decode_step.weight_hh")) {
            return recurrent();
        }
        throw new ModelException(weights + ": the decoder is none that can be imported: there is neither"
                + " decoder.decode_step.weight_hh nor decoder.transformer.layers.0.self_attn.in_proj_weight");
    }

    private DecoderArchitecture transformer() {
        recipe.kind("transformer");
        boolean learned = has("position.weight");
        boolean pre = has("transformer.norm.weight");
        Positions positions =
                recipe.choice("positions", Positions.class, learned ? Positions.LEARNED : Positions.SINUSOID);
        Norm norm = recipe.choice("norm", Norm.class, pre ? Norm.PRE : Norm.POST);
        if ((positions == Positions.LEARNED) != learned || (norm == Norm.PRE) != pre) {
            throw new ModelException(recipe + ": positions are " + positions + " and norm is " + norm
                    + "; the weights are those of " + (learned ? "LEARNED" : "SINUSOID") + " and "
                    + (pre ? "PRE" : "POST"));
        }
        return new TransformerDecoder(
                recipe.agreed("embed", dim("embedding.weight", 1)),
                recipe.needed("heads"),
                recipe.agreed("feed_forward", dim("transformer.layers.0.linear1.weight", 0)),
                recipe.agreed("layers", count("transformer.layers.", ".self_attn.in_proj_weight")),
                norm,
                recipe.choice("activation", TransformerDecoder.Activation.class, TransformerDecoder.Activation.RELU),
                positions,
                learned ? dim("position.weight", 0) : recipe.whole("max_positions", POSITIONS),
                recipe.number("dropout", 0),
                tied());
    }

    private DecoderArchitecture recurrent() {
        int embedding = recipe.agreed("embed", dim("embedding.weight", 1));
        int hidden = recipe.agreed("hidden", dim("decode_step.weight_hh", 1));
        int layers = 1;
        while (has("decode_step.weight_hh_l" + layers)) {
            layers++;
        }
        recipe.agreed("layers", layers);
        int projected = recipe.agreed("proj", has("feature_proj.weight") ? dim("feature_proj.weight", 0) : 0);
        Cell cell = cell(hidden);
        double dropout = recipe.number("dropout", 0);
        double embeddingDropout = recipe.number("embed_dropout", 0);
        if (weights.names().stream().noneMatch(name -> name.startsWith("decoder.attention."))) {
            return new PlainRnn(
                    cell, layers, embedding, hidden, picture(cell), dropout, embeddingDropout, projected, tied());
        }
        AttentionLstm like = new AttentionLstm(
                embedding,
                hidden,
                attention(),
                recipe.agreed("gate", has("f_beta.weight") ? 1 : 0) != 0,
                dropout,
                embeddingDropout,
                projected,
                tied());
        if (has("mu.weight")) {
            return new VariationalRnn(
                    AttentionRnn.of(cell, layers, like),
                    recipe.agreed("latent", dim("mu.weight", 0)),
                    recipe.agreed(
                            "discriminator", has("discriminator.0.weight") ? dim("discriminator.0.weight", 0) : 0));
        }
        return cell == Cell.LSTM && layers == 1 ? like : AttentionRnn.of(cell, layers, like);
    }

    /** A cell's weights are as many times as high as they are wide as it has gates. */
    private Cell cell(int hidden) {
        Shape shape = weights.shape("decoder.decode_step.weight_hh");
        if (shape.dim(0) == 4L * hidden) {
            recipe.kind("lstm");
            return Cell.LSTM;
        }
        if (shape.dim(0) == 3L * hidden) {
            recipe.kind("gru");
            return Cell.GRU;
        }
        if (shape.dim(0) == hidden) {
            return switch (recipe.kind("rnn_tanh", "rnn_relu")) {
                case "rnn_tanh" -> Cell.RNN_TANH;
                case "rnn_relu" -> Cell.RNN_RELU;
                default ->
                    throw new ModelException(
                            recipe + ": kind is missing; the weights do not tell rnn_tanh from rnn_relu");
            };
        }
        throw new ModelException(weights + ": decoder.decode_step.weight_hh is " + shape
                + "; a cell has 1 (RNN), 3 (GRU) or 4 (LSTM) times as many rows as columns");
    }

    private Picture picture(Cell cell) {
        if (has("init_x.weight")) {
            return Picture.FIRST_WORD;
        }
        return cell == Cell.LSTM && !has("init_c.weight") ? Picture.INITIAL_HIDDEN : Picture.INITIAL_STATE;
    }

    private AttentionArchitecture attention() {
        for (Activation activation : Activation.values()) {
            String name = activation == Activation.RELU ? "attention.encoder_att" : "attention.W_c";
            if (has(name + ".weight")) {
                return new AdditiveAttention(
                        recipe.agreed("att", dim(name + ".weight", 0)), activation, has(name + ".bias"));
            }
        }
        if (has("attention.query.weight")) {
            int size = recipe.agreed("att", dim("attention.query.weight", 0));
            return has("attention.value.weight")
                    ? new MultiHeadAttention(size, recipe.needed("heads"))
                    : new ScaledDotAttention(size);
        }
        throw new ModelException(weights + ": decoder.attention is none that can be imported: it has none of"
                + " encoder_att, W_c and query");
    }

    private boolean tied() {
        boolean stored = has("fc.weight");
        if (recipe.whole("tied", stored ? 0 : 1) == 0 && !stored) {
            throw new ModelException(recipe + ": tied is 0; there is no decoder.fc.weight");
        }
        return recipe.whole("tied", stored ? 0 : 1) != 0;
    }

    private int count(String before, String behind) {
        int count = 0;
        while (has(before + count + behind)) {
            count++;
        }
        return count;
    }

    private boolean has(String name) {
        return weights.names().contains("decoder." + name);
    }

    private int dim(String name, int axis) {
        if (!has(name)) {
            throw new ModelException(weights + " has no tensor decoder." + name);
        }
        Shape shape = weights.shape("decoder." + name);
        if (shape.rank() != 2) {
            throw new ModelException(weights + ": decoder." + name + " is " + shape + "; it must have two extents");
        }
        return Math.toIntExact(shape.dim(axis));
    }
}
