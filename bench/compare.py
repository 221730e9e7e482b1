#!/usr/bin/env python3
"""Holds `go run ./bench` against PyTorch on this machine and writes the table of docs/benchmarks.md.

  python3 bench/compare.py --memory
  python3 bench/compare.py [--only a,b] [--rounds 9] [--seconds 1] [--venv DIR] [--state FILE] [--out FILE]

With --memory it prints another table, and measures no time: by how much the largest memory of a process of 20 steps exceeds what there was
before the first of them, models and data made.

It makes a virtual environment with the pinned versions of bench/requirements.txt if DIR has none. Round 1 finds PyTorch's best mode for each
case: eager, fused optimiser, channels last, torch.compile. Then each round measures ours and theirs, in processes of their own, in turn, the
order changing from round to round. A measurement during which other programs held more than 4 % of the processors is repeated, and
refused after the third time. What is measured is kept in FILE, so that an interrupted run goes on where it was; one table is one machine
and one revision, and a FILE of another is refused. The table holds medians, and the median of the paired ratios ours/theirs with its 95 %
interval from order statistics.
"""
import argparse, json, math, os, platform, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MODES = {"eager": [], "fused": ["--fused"], "channels-last": ["--channels-last"], "compile": ["--compile"],
         "fused, channels-last": ["--fused", "--channels-last"]}
TOO_BUSY = 0.04

ap = argparse.ArgumentParser()
ap.add_argument("--only", default="")
ap.add_argument("--rounds", type=int, default=9)
ap.add_argument("--seconds", type=float, default=1.0)
ap.add_argument("--venv", default=os.path.join(ROOT, "runs", "venv"))
ap.add_argument("--state", default=os.path.join(ROOT, "runs", "compare.json"))
ap.add_argument("--out", default=os.path.join(ROOT, "docs", "benchmarks.md"), help="the table goes between its marks")
ap.add_argument("--skip-compile", action="store_true", help="leave out torch.compile, which needs a C++ compiler and a minute a case")
ap.add_argument("--memory", action="store_true", help="print what 20 steps add to the memory of a process, instead")
A = ap.parse_args()


def sh(*cmd, **kw):
    return subprocess.run(cmd, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, **kw).stdout


def python():
    exe = os.path.join(A.venv, "bin", "python")
    if not os.path.exists(exe):
        sh(sys.executable, "-m", "venv", A.venv)
        sh(exe, "-m", "pip", "install", "-q", "-r", os.path.join(HERE, "requirements.txt"))
    return exe


def machine():
    model = [l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
    flags = next(l for l in open("/proc/cpuinfo") if l.startswith("flags")).split()
    isa = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    family, number = (next(l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith(k)) for k in ("cpu family", "model\t"))
    return f"{model[0]} (family {family}, model {number}), {len(model)} cores, {isa}"


def theirs(exe, case, mode):
    args = [exe, "-W", "ignore", os.path.join(HERE, "bench_torch.py"), "--only", case, "--seconds", str(A.seconds)] + MODES[mode]
    return quietly(lambda: sh(*args, stderr=subprocess.DEVNULL), case)


def ours(binary, case):
    return quietly(lambda: sh(binary, "-only", case, "-seconds", str(A.seconds)), case)


def modes(case):
    """Those that change what PyTorch does in this case."""
    images = case in ("cnn-b64", "resnet-b32", "dcgan-b64", "ddpm-b32")
    trains = case in MODELS or case == "dqn-b128"
    yield "eager"
    if trains or case.startswith("adam-10m"):
        yield "fused"
    if images or case.startswith("conv-"):
        yield "channels-last"
    if images:
        yield "fused, channels-last"
    if not A.skip_compile and (trains or case in ("act-latency", "softmax-xent", "layernorm", "gelu-erf", "gelu-tanh")):
        yield "compile"


def quietly(run, case):
    for _ in range(3):
        r = json.loads(run().strip().splitlines()[-1])
        if r.get("error"):
            return r
        if r["other_cpu"] + r["steal"] <= TOO_BUSY:
            return r
    sys.exit(f"{case}: other programs hold {100 * (r['other_cpu'] + r['steal']):.0f} % of the processors; run this on a quiet machine")


def interval(v):
    v, n = sorted(v), len(v)
    k, tail = 0, 0.0
    while True:
        tail += math.comb(n, k) / 2**n
        if tail > 0.025:
            break
        k += 1
    k = max(0, k - 1)
    return v[k], v[n - 1 - k]


def memory(exe, binary, names):
    print("| case | Kedja, MB | PyTorch, MB | its mode | Kedja/PyTorch |\n|---|---|---|---|---|")
    for case in names:
        last = lambda *cmd: json.loads(sh(*cmd, stderr=subprocess.DEVNULL).strip().splitlines()[-1])["grown_mb"]
        o = last(binary, "-only", case, "-steps", "20")
        t, mode = min((last(exe, "-W", "ignore", os.path.join(HERE, "bench_torch.py"), "--only", case, "--fixed-steps", "20", *MODES[m]), m)
                      for m in modes(case) if m != "compile")
        print(f"| {case} | {o:.1f} | {t:.1f} | {mode} | {o / t:.2f} |", flush=True)


def main():
    exe = python()
    os.makedirs(os.path.dirname(A.state), exist_ok=True)
    binary = os.path.join(os.path.dirname(A.state), "bench")
    sh("go", "build", "-o", binary, "./bench")
    if A.memory:
        return memory(exe, binary, A.only.split(",") if A.only else MODELS + ("dqn-b128",))
    rev = sh("git", "rev-parse", "--short", "HEAD").strip() + ("+" if sh("git", "status", "--porcelain", "--", "*.go", "*.s").strip() else "")
    here = {"machine": machine(), "revision": rev, "seconds": A.seconds}
    state = json.load(open(A.state)) if os.path.exists(A.state) else dict(here, cases={})
    if {k: state[k] for k in here} != here:
        sys.exit(f"{A.state} is of another machine, revision or duration: {state['machine']}, {state['revision']}; remove it to begin anew")
    names = A.only.split(",") if A.only else sh(binary, "-list").split()

    def save():
        with open(A.state + ".new", "w") as f:
            json.dump(state, f)
        os.replace(A.state + ".new", A.state)

    for case in names:
        c = state["cases"].setdefault(case, {"modes": {}, "ours": [], "theirs": []})
        for mode in modes(case):
            if mode not in c["modes"]:
                c["modes"][mode] = theirs(exe, case, mode).get("ms")
                save()
        c["best"] = min((ms, m) for m, ms in c["modes"].items() if ms)[1]
    for i in range(A.rounds):
        for case in names:
            c = state["cases"][case]
            if len(c["ours"]) > i:
                continue
            if i % 2:
                t = theirs(exe, case, c["best"])
                o = ours(binary, case)
            else:
                o = ours(binary, case)
                t = theirs(exe, case, c["best"])
            c["ours"].append(o)
            c["theirs"].append(t)
            save()
            print(f"round {i + 1}  {case:18} {o['ms']:10.4g} {t['ms']:10.4g}  {o['ms'] / t['ms']:.3f}", flush=True)
    write(state, names, exe)


MARKS = "<!-- written by bench/compare.py -->", "<!-- until here -->"
MODELS = ("mlp-b128", "cnn-b64", "resnet-b32", "gpt-b8", "lstm-b32", "dcgan-b64", "ddpm-b32")


def write(state, names, exe):
    torch = sh(exe, "-c", "import torch; print(torch.__version__.split('+')[0])").strip()
    lines = [f"Machine: {state['machine']}. Kedja {state['revision']}, {sh('go', 'version').split()[2]}; PyTorch {torch}, 2 threads. "
             f"{len(state['cases'][names[0]]['ours'])} alternated rounds of {state['seconds']} s each; medians.", "",
             "| case | Kedja, ms | GFLOP/s | PyTorch, ms | its best mode | Kedja/PyTorch | 95 % interval | peak RSS, MB: Kedja, PyTorch |",
             "|---|---|---|---|---|---|---|---|"]
    logs = []
    for case in names:
        c = state["cases"][case]
        o, t = (statistics.median(r["ms"] for r in c[k]) for k in ("ours", "theirs"))
        ratios = [a["ms"] / b["ms"] for a, b in zip(c["ours"], c["theirs"])]
        lo, hi = interval(ratios)
        if case in MODELS:
            logs.append(math.log(statistics.median(ratios)))
        flops = c["ours"][0].get("flops", 0)
        rate = f"{flops / o / 1e6:.0f}" if flops else ""
        lines.append(f"| {case} | {o:.4g} | {rate} | {t:.4g} | {c['best']} | **{statistics.median(ratios):.2f}** | {lo:.2f} – {hi:.2f} | "
                     f"{statistics.median(r['rss_mb'] for r in c['ours']):.0f}, {statistics.median(r['rss_mb'] for r in c['theirs']):.0f} |")
    if logs:
        lines += ["", f"Geometric mean of the ratios of {len(logs)} models: **{math.exp(sum(logs) / len(logs)):.2f}**."]
    page = open(A.out).read()
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(A.out, "w") as f:
        f.write(before + MARKS[0] + "\n\n" + "\n".join(lines) + "\n\n" + MARKS[1] + after)
    print("\n".join(lines))


main()
