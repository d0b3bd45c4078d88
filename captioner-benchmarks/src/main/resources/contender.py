"""Runs the PyTorch contenders on request, so that they can be interleaved with ours.

usage: python contender.py PEERS_DIR [threads=2]
Reads a name a line from standard input, runs that work once, answers its seconds. The first run of a name is a warm-up.
"""
import io, os, sys, time

PEERS = os.path.abspath(sys.argv[1])
sys.path.insert(0, PEERS)
sys.argv = ['measure.py'] + sys.argv[2:]
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)                                                                  # what libraries print is no answer
import torch
import measure as m
import data
import fast_captioner as fast
import seed_captioner as seed


def training():
    s, f = m.decoders()
    s_opt = torch.optim.Adam(s.parameters(), lr=1e-4)
    f_opt = torch.optim.Adam(f.parameters(), lr=1e-4, fused=True)
    x = torch.rand(m.B, m.L, m.D)
    mixed = torch.randint(8, m.T + 1, (m.B,)); mixed[0] = m.T
    full = torch.full((m.B,), m.T)

    def captions(lengths):
        c = torch.zeros(m.B, m.T, dtype=torch.long)
        for i, n in enumerate(lengths.tolist()):
            c[i, :n] = torch.cat([torch.tensor([1]), torch.randint(4, m.V, (n - 2,)), torch.tensor([2])])
        return c
    cf, cm = captions(full), captions(mixed)
    c5 = cf[:30].reshape(6, 5, m.T); x5 = x[:6]
    xs, cs = x5.repeat_interleave(5, 0), c5.reshape(30, m.T)
    return {'train.full/seed': lambda: seed.training_step(s, s_opt, x, cf, full),
            'train.full/fast': lambda: fast.training_step(f, f_opt, x, cf.unsqueeze(1)),
            'train.mixed/seed': lambda: seed.training_step(s, s_opt, x, cm, mixed),
            'train.mixed/fast': lambda: fast.training_step(f, f_opt, x, cm.unsqueeze(1)),
            'train.grouped/seed': lambda: seed.training_step(s, s_opt, xs, cs, full[:30]),
            'train.grouped/fast': lambda: fast.training_step(f, f_opt, x5, c5)}


def captioning():
    from PIL import Image
    import numpy as np
    blobs = [open(im['path'], 'rb').read() for im in data.load_split('val')[:8]]
    grid, size = m.make_encoder('lite2')
    s = seed.DecoderWithAttention(m.V, m.E, m.H, m.A, m.D).eval()
    f = fast.FastDecoder(m.V, m.E, m.H, m.A, m.D).eval(); f.load_state_dict(s.state_dict()); f.freeze()
    last = m.make_encoder('lite2')[0].to(memory_format=torch.channels_last)

    def pixels(blob):
        im = Image.open(io.BytesIO(blob)).convert('RGB').resize((size, size), Image.BILINEAR)
        return torch.from_numpy(np.asarray(im)).permute(2, 0, 1)[None].float().div_(127.5).sub_(1)

    def seed_run(search):
        with torch.no_grad():
            for b in blobs:
                search(grid(pixels(b)).flatten(2).transpose(1, 2))

    def fast_run(search):
        with torch.inference_mode():
            for b in blobs:
                x = last(pixels(b).contiguous(memory_format=torch.channels_last))
                search(x.flatten(2).transpose(1, 2).contiguous())
    return {'caption.greedy/seed': lambda: seed_run(lambda x: seed.greedy_search(s, x, 12, stop=False)),
            'caption.greedy/fast': lambda: fast_run(lambda x: fast.greedy_search(f, x, 12, stop=False)),
            'caption.beam3/seed': lambda: seed_run(lambda x: seed.beam_search(s, x, 3, 12, stop=False)),
            'caption.beam3/fast': lambda: fast_run(lambda x: fast.beam_search(f, x, 3, 12, stop=False))}


works = {}
for line in sys.stdin:
    name = line.strip()
    if name not in works:
        works.update(training() if name.startswith('train.') else captioning())
        works[name]()
    start = time.perf_counter()
    works[name]()
    print(time.perf_counter() - start, file=answers, flush=True)
