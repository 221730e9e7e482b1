#!/usr/bin/env python3
"""Holds the convolution kernels against PyTorch and writes the table of docs/convolutions.md.

  python3 bench/convolutions.py [--rounds 3] [--seconds 0.1] [--only TEXT] [--python EXE] [--binary FILE] [--out FILE]

The shapes are those of BenchmarkTable in internal/kernel/conv. Each round times ours and PyTorch's, default and channels-last, in processes
of their own; the table has the least time of all rounds, which other programs disturb least, and PyTorch's is that of its better layout.
EXE is a Python with torch. Both sides use two threads, and operands that they may keep in whatever layout they like between calls.
"""
import argparse, json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
ROLES = ["forward", "data", "filters"]  # that is computed: the result, or the gradient


def parse(text):
    fields = text.lstrip("T").split()
    c, k = map(int, fields[1].split(">"))
    return text.startswith("T"), int(fields[0]), c, k, int(fields[2][1:]), [tuple(map(int, d.split(":"))) for d in fields[3:]]


def torch_side(seconds, texts):
    import time, torch
    torch.set_num_threads(2)

    def least(f):
        best = float("inf")
        f(), f()
        end = time.perf_counter() + seconds
        while True:
            start = time.perf_counter()
            f()
            now = time.perf_counter()
            best = min(best, now - start)
            if now > end:
                return best * 1e3

    def functions(text, last):
        transposed, n, c, k, groups, dims = parse(text)
        size, window, stride, pad, dilation = (list(v) for v in zip(*dims))
        out = [(s + 2 * p - (f - 1) * d - 1) // st + 1 for s, f, st, p, d in dims]
        x, w, y = torch.rand(n, c, *size) - 0.5, torch.rand(k, c // groups, *window) - 0.5, torch.rand(n, k, *out) - 0.5
        if last:
            layout = torch.channels_last if len(dims) == 2 else torch.channels_last_3d
            x, w, y = (t.to(memory_format=layout) for t in (x, w, y))
        forward, backward = torch.ops.aten.convolution, torch.ops.aten.convolution_backward
        extra, a, b = [0] * len(dims), x, y
        if transposed:
            extra = [s - ((o - 1) * st - 2 * p + (f - 1) * d + 1) for (s, f, st, p, d), o in zip(dims, out)]
            a, b = y, x
        more = (stride, pad, dilation, transposed, extra, groups)
        data = lambda: backward(b, a, w, None, *more, [True, False, False])
        run = lambda: forward(a, w, None, *more)
        return {"y": data if transposed else run, "x": run if transposed else data,
                "w": lambda: backward(b, a, w, None, *more, [False, True, False])}

    with torch.no_grad():
        for text in texts:
            for last in [False, True] if len(parse(text)[5]) > 1 else [False]:
                for role, f in functions(text, last).items():
                    print(json.dumps([text, role, least(f)]), flush=True)


def ours(binary, seconds, only):
    out = subprocess.run([binary, "-test.run", "xxx", "-test.bench", "Table/" + re.escape(only.replace("/", "g").replace(" ", "_")), "-test.benchtime", f"{seconds}s"],
                         check=True, stdout=subprocess.PIPE, text=True, cwd=os.path.join(ROOT, "internal", "kernel", "conv")).stdout
    for m in re.finditer(r"^BenchmarkTable/(\S+)/([xyw])/([a-z]+)\d?(?:-\d+)?\s.*$", out, re.M):
        rate, ms = (float(re.search(r"([\d.e+]+) " + unit, m.group(0)).group(1)) for unit in ("GFLOP/s", "ms"))
        yield m.group(1).replace("_", " ").replace("g", "/"), m.group(2), m.group(3), ms, rate


def words(text):
    transposed, n, c, k, groups, dims = parse(text)
    sizes = lambda i: "×".join(str(d[i]) for d in dims)
    if transposed:  # of what goes in, as for the others
        c, k = k, c
        dims = [((s + 2 * p - (f - 1) * d - 1) // st + 1, f, st, p, d) for s, f, st, p, d in dims]
    s = f"{n} images, {c} → {k}, {sizes(0)}, filter {sizes(1)}"
    for i, name in (2, "stride"), (4, "dilation"):
        if any(d[i] > 1 for d in dims):
            s += f", {name} {sizes(i)}"
    if groups > 1:
        s += ", depthwise" if groups == c == k else f", {groups} groups"
    return ("transposed: " if transposed else "") + s


def main(a):
    best, rates, texts = {}, {}, []
    with tempfile.TemporaryDirectory() as folder:
        binary = a.binary or os.path.join(folder, "conv.test")
        if not a.binary:
            subprocess.run(["go", "test", "-c", "-o", binary, "./internal/kernel/conv"], check=True, cwd=ROOT)
        for _ in range(a.rounds):
            for text, role, kind, ms, rate in ours(binary, a.seconds, a.only):
                key = text, role, kind
                best[key], rates[key] = min(ms, best.get(key, ms)), max(rate, rates.get(key, rate))
                if text not in texts:
                    texts.append(text)
            args = [a.python, "-W", "ignore", os.path.abspath(__file__), "--torch", "--seconds", str(a.seconds)]
            for line in subprocess.run(args, input="\n".join(texts), check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
                text, role, ms = json.loads(line)
                key = text, role, "torch"
                best[key] = min(ms, best.get(key, ms))
    rows = ["| convolution | what | direct, ms | GFLOP/s | PyTorch, ms | direct/PyTorch | by F(2×2), ms | F(2×2)/PyTorch |", "|---|---|---|---|---|---|---|---|"]
    for text in texts:
        for role, name in zip("xyw" if text.startswith("T") else "yxw", ROLES):
            d, t, w = (best.get((text, role, kind)) for kind in ("direct", "torch", "winograd"))
            row = [words(text) if name == ROLES[0] else "", name, f"{d:.3g}", f"{rates[text, role, 'direct']:.0f}", f"{t:.3g}", f"**{d / t:.2f}**"]
            rows.append("| " + " | ".join(row + ([f"{w:.3g}", f"**{w / t:.2f}**"] if w else ["", ""])) + " |")
    table = "\n".join(rows)
    mark, end = "<!-- written by bench/convolutions.py -->", "<!-- until here -->"
    if not a.out:
        print(table)
        return
    with open(a.out) as f:
        page = f.read()
    before, rest = page.split(mark)
    with open(a.out, "w") as f:
        f.write(before + mark + "\n\n" + table + "\n\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=0.1)
    p.add_argument("--only", default="")
    p.add_argument("--python", default=sys.executable)
    p.add_argument("--binary", default="", help="a test binary of internal/kernel/conv that is built already")
    p.add_argument("--out", default="")
    p.add_argument("--torch", action="store_true", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.torch:
        torch_side(a.seconds, sys.stdin.read().splitlines())
    else:
        main(a)
