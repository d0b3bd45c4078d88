"""Runs the PyTorch contenders on request, so that they can be interleaved with ours.

usage: python contender.py PEERS_DIR [threads=2]
Reads a name a line from standard input, runs that work once, answers its seconds, or NaN where it cannot. The first run of a name warms up.
Styles: seed, fast, onnx (the encoder as timm has it, exported by torch.onnx, on ONNX Runtime, and the fast decoder), bf16 (fast, autocast).
"""
import io, os, sys, time, traceback
from concurrent.futures import ThreadPoolExecutor

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

    def bf16(*batch):
        with torch.autocast('cpu', torch.bfloat16):
            fast.training_step(f, f_opt, *batch)
    return {'train.full/seed': lambda: seed.training_step(s, s_opt, x, cf, full),
            'train.full/fast': lambda: fast.training_step(f, f_opt, x, cf.unsqueeze(1)),
            'train.full/bf16': lambda: bf16(x, cf.unsqueeze(1)),
            'train.mixed/seed': lambda: seed.training_step(s, s_opt, x, cm, mixed),
            'train.mixed/fast': lambda: fast.training_step(f, f_opt, x, cm.unsqueeze(1)),
            'train.mixed/bf16': lambda: bf16(x, cm.unsqueeze(1)),
            'train.grouped/seed': lambda: seed.training_step(s, s_opt, xs, cs, full[:30]),
            'train.grouped/fast': lambda: fast.training_step(f, f_opt, x5, c5),
            'train.grouped/bf16': lambda: bf16(x5, c5)}


def decoders():
    s = seed.DecoderWithAttention(m.V, m.E, m.H, m.A, m.D).eval()
    f = fast.FastDecoder(m.V, m.E, m.H, m.A, m.D).eval(); f.load_state_dict(s.state_dict()); f.freeze()
    return s, f


def decoding():
    s, f = decoders()
    many, one = torch.rand(32, m.L, m.D), torch.rand(1, m.L, m.D)
    return {'decode.batch32/seed': lambda: [seed.greedy_search(s, many[i:i + 1], 12, stop=False) for _ in range(5) for i in range(32)],
            'decode.batch32/fast': lambda: [fast.greedy_search(f, many, 12, stop=False) for _ in range(5)],
            'decode.beam3/seed': lambda: [seed.beam_search(s, one, 3, 12, stop=False) for _ in range(30)],
            'decode.beam3/fast': lambda: [fast.beam_search(f, one, 3, 12, stop=False) for _ in range(30)]}


def captioning():
    from PIL import Image
    import numpy as np
    blobs = [open(im['path'], 'rb').read() for im in data.load_split('val')[:256]]
    grid, size = m.make_encoder('lite2')
    s, f = decoders()
    last = m.make_encoder('lite2')[0].to(memory_format=torch.channels_last)
    sessions, pool = [], ThreadPoolExecutor(m.THREADS)

    def session():
        if not sessions:
            sessions.append(m.onnx_session('lite2', m.make_encoder('lite2')[0], size, m.THREADS))
        return sessions[0]

    def array(blob):
        return np.asarray(Image.open(io.BytesIO(blob)).convert('RGB').resize((size, size), Image.BILINEAR))

    def pixels(arrays):
        return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)

    def places(x):
        return x.flatten(2).transpose(1, 2)

    def by_torch(batch):
        return places(last(pixels(batch).contiguous(memory_format=torch.channels_last))).contiguous()

    def by_onnx(batch):
        return places(torch.from_numpy(session().run(None, {'x': pixels(batch).contiguous().numpy()})[0])).contiguous()

    def seed_run(search):
        with torch.no_grad():
            for b in blobs[:8]:
                search(places(grid(pixels([array(b)]))))

    def run(encode, search):
        with torch.inference_mode():
            for b in blobs[:8]:
                search(encode([array(b)]))

    def batches(encode):
        with torch.inference_mode():
            for at in range(0, len(blobs), 32):
                fast.greedy_search(f, encode(list(pool.map(array, blobs[at:at + 32]))), 12, stop=False)

    def seed_greedy(x):
        return seed.greedy_search(s, x, 12, stop=False)

    def seed_beam(x):
        return seed.beam_search(s, x, 3, 12, stop=False)

    def greedy(x):
        return fast.greedy_search(f, x, 12, stop=False)

    def beam(x):
        return fast.beam_search(f, x, 3, 12, stop=False)
    return {'caption.greedy/seed': lambda: seed_run(seed_greedy),
            'caption.greedy/fast': lambda: run(by_torch, greedy),
            'caption.greedy/onnx': lambda: run(by_onnx, greedy),
            'caption.beam3/seed': lambda: seed_run(seed_beam),
            'caption.beam3/fast': lambda: run(by_torch, beam),
            'caption.beam3/onnx': lambda: run(by_onnx, beam),
            'caption.batch32/fast': lambda: batches(by_torch),
            'caption.batch32/onnx': lambda: batches(by_onnx)}


def peaks():
    def products(kind):
        a, b = torch.rand(1024, 1024).to(kind), [torch.rand(1024, 1024).to(kind) for _ in range(4)]

        def run():
            with torch.inference_mode():
                for w in b:
                    a @ w
        return run
    return {'peak.fp32/torch': products(torch.float32), 'peak.bf16/torch': products(torch.bfloat16)}


kinds = {'train': training, 'decode': decoding, 'caption': captioning, 'peak': peaks}
works, warm = {}, set()
for line in sys.stdin:
    name = line.strip()
    if name == 'ready':                                                        # all is imported: nothing of it falls on others
        print(0., file=answers, flush=True)
        continue
    try:
        if name not in works:
            works.update(kinds[name.split('.')[0]]())
        if name not in warm:
            works[name](); warm.add(name)
        start = time.perf_counter()
        works[name]()
        print(time.perf_counter() - start, file=answers, flush=True)
    except Exception:
        traceback.print_exc()
        print('NaN', file=answers, flush=True)
