"""Makes diverse_beam.json: group beam search of transformers on a GPT-2 whose weights follow from their names.

    pip install torch "transformers==4.46.3"        # later versions have no num_beam_groups of their own
    python diverse_beam.py > diverse_beam.json

Kept are the results that small noise in the weights does not change, and in which no caption ends with the very last word: there version 4
closes a full pool before it looks at what is under way, while version 5, and so captioner, looks at both.
"""
import json
import warnings

import numpy as np
import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
V, E, LAYERS, HEADS, P, BOS, EOS, GAIN = 14, 16, 2, 2, 16, 1, 2, 4.0


def uniform(name, n):
    """splitmix64 of a FNV-1a hash of the name: the fill of the reference fixtures."""
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = (h ^ b) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.arange(n, dtype=np.uint64) + np.uint64(h) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def model(salt, noise=0.0):
    m = GPT2LMHeadModel(GPT2Config(vocab_size=V, n_positions=P, n_embd=E, n_layer=LAYERS, n_head=HEADS, bos_token_id=BOS, eos_token_id=EOS,
                                   pad_token_id=0, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0)).eval()
    torch.manual_seed(1)
    for name, p in m.named_parameters():
        u = uniform(salt + name, p.numel())
        if p.dim() > 1:
            v = (2 * u - 1) * (GAIN / np.sqrt(np.prod(p.shape[1:])))
        else:
            v = 0.5 + u if name.endswith("weight") else (2 * u - 1) * 0.1
        p.data.copy_(torch.from_numpy(v.reshape(tuple(p.shape)).astype(np.float32)) * (1 + noise * torch.randn(p.shape)))
    return m


SETTINGS = [dict(num_beams=k, num_beam_groups=g, diversity_penalty=d, length_penalty=lp, early_stopping=True, num_return_sequences=k, **more)
            for k, g in ((4, 2), (6, 3), (3, 3)) for d in (0.3, 1.0, 5.0) for lp, more in ((1.0, {}), (0.0, {}), (0.7, {"no_repeat_ngram_size": 2, "repetition_penalty": 1.3}))]


def run(m, kw):
    start = torch.tensor([[BOS]])
    o = m.generate(start, attention_mask=torch.ones_like(start), do_sample=False, max_length=9, return_dict_in_generate=True, output_scores=True, pad_token_id=0, **kw)
    rows = []
    for ids in o.sequences.tolist():
        ids = ids[1:]
        rows.append(ids[:ids.index(EOS) + 1] if EOS in ids else ids)
    return rows, o.sequences_scores.tolist()


cases = []
for salt in ("a", "b", "c", "d", "e", "f"):
    exact = model(salt)
    noisy = [model(salt, 1e-4) for _ in range(3)]
    for kw in SETTINGS:
        ids, scores = run(exact, kw)
        ends = {len(row) for row in ids if row[-1] == EOS}
        if len(ends) > 1 and max(ends) < 8 and all(run(m, kw)[0] == ids for m in noisy):
            cases.append({"salt": salt, "settings": kw, "ids": ids, "scores": [round(s, 6) for s in scores]})
print(json.dumps({"what": "made by diverse_beam.py with transformers " + transformers.__version__ + "; ids after the start, up to the first end",
                  "vocab": V, "n_embd": E, "n_layer": LAYERS, "n_head": HEADS, "n_positions": P, "gain": GAIN, "max_length": 9, "end": EOS,
                  "cases": cases}).replace('{"salt"', '\n  {"salt"'))
