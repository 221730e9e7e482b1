"""State dicts as PyTorch's users save them, for nn/torch: python tools/parity/state.py

For each case nn/torch/testdata/<case>.safetensors is what safetensors.torch.save_file made of a module's state_dict in float32, and
results.safetensors holds its operands <case>.0, <case>.1, ... and its result <case>.y, computed in float64 from the same
weights, in evaluation. A file's dtype is another where its case says so. All are the same bytes every time, but for the order in which
the writer puts the metadata of net.
"""

import pathlib
import zlib

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file, save_model
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

folder = pathlib.Path(__file__).resolve().parents[2] / "nn/torch/testdata"
results = {}


def draw(*shape):
    """Multiples of 1/64, which float32 holds."""
    return torch.randint(-96, 97, shape).double() / 64


def case(name, make, *operands, call=None, dtype=torch.float32, before=None, shared=False):
    """make() builds the module; operands are shapes, or tensors as they are."""
    torch.manual_seed(zlib.crc32(name.encode()))
    module = make()
    xs = [draw(*x) if isinstance(x, tuple) else x for x in operands]
    with torch.no_grad():
        for p in module.parameters():  # biases and scales that start at 0 or 1 would prove nothing
            if p.dim() < 2:
                p.add_(torch.randn(p.shape) / 4)
        if before:
            before(module)
        module = module.to(dtype)
        if shared:  # save_file refuses what has two names; save_model keeps the first
            save_model(module, folder / f"{name}.safetensors", metadata={"format": "pt"})
        else:
            save_file(module.state_dict(), folder / f"{name}.safetensors", metadata={"format": "pt"})
        module = module.double().eval()
        y = (call or (lambda m, *xs: m(*xs)))(module, *xs)
    for i, x in enumerate(xs):
        results[f"{name}.{i}"] = x
    results[f"{name}.y"] = y.contiguous()


def tokens(*shape):
    return torch.arange(torch.Size(shape).numel()).reshape(shape) * 3 % 7


folder.mkdir(parents=True, exist_ok=True)

case("linear", lambda: nn.Linear(3, 5), (2, 3))
case("linear_nobias", lambda: nn.Linear(3, 5, bias=False), (2, 3))
case("conv1d", lambda: nn.Conv1d(4, 6, 3, groups=2), (2, 4, 7))
case("conv2d", lambda: nn.Conv2d(3, 5, (3, 2), stride=2, padding=1), (2, 3, 6, 5))
case("conv3d", lambda: nn.Conv3d(2, 3, 2, bias=False), (1, 2, 3, 4, 3))
case("convtranspose1d", lambda: nn.ConvTranspose1d(3, 2, 3, stride=2), (2, 3, 4))
case("convtranspose2d", lambda: nn.ConvTranspose2d(4, 6, (3, 2), groups=2, stride=2), (2, 4, 3, 4))
case("layernorm", lambda: nn.LayerNorm(6), (2, 3, 6))
case("embedding", lambda: nn.Embedding(7, 4), tokens(2, 3))


def seen(bn):
    """Training, so that running statistics and the count of batches are no longer what they start as."""
    def run(module):
        for _ in range(3):
            module.train()(torch.randn(8, *bn) * 2 + 1)
    return run


case("batchnorm_plain", lambda: nn.BatchNorm1d(4, affine=False), (3, 4), before=seen([4]))
case("batchnorm_batch", lambda: nn.BatchNorm1d(4, track_running_stats=False), (3, 4))
case("batchnorm1d", lambda: nn.BatchNorm1d(4), (3, 4), before=seen([4]))
case("batchnorm2d", lambda: nn.BatchNorm2d(3), (2, 3, 4, 5), before=seen([3, 4, 5]))
case("groupnorm", lambda: nn.GroupNorm(2, 4), (2, 4, 3))
case("instancenorm", lambda: nn.InstanceNorm1d(4, affine=True), (2, 4, 3))
case("instancenorm_running", lambda: nn.InstanceNorm2d(3, track_running_stats=True), (2, 3, 4, 5), before=seen([3, 4, 5]))
case("rmsnorm", lambda: nn.RMSNorm(6, eps=1e-5), (2, 3, 6))
case("weightnorm", lambda: weight_norm(nn.Linear(3, 5)), (2, 3), before=lambda m: m.parametrizations.weight.original0.mul_(1.5))
case("weightnorm_conv", lambda: nn.Sequential(weight_norm(nn.ConvTranspose2d(3, 5, 2)), nn.ReLU()), (1, 3, 4, 3))
case("spectralnorm", lambda: nn.Sequential(spectral_norm(nn.Linear(4, 3)), nn.Tanh(), spectral_norm(nn.Linear(3, 1))), (2, 4))
case("spectralnorm_conv", lambda: spectral_norm(nn.Conv2d(3, 5, 2, bias=False)), (1, 3, 4, 3), before=seen([3, 4, 3]))


# Recurrent nets; the result is what the last layer yields.
def steps(m, x):
    return m(x)[0]


case("rnn", lambda: nn.RNN(3, 4, 2, batch_first=True, bidirectional=True), (2, 5, 3), call=steps)
case("lstm", lambda: nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True), (2, 5, 3), call=steps)
case("lstm_nobias", lambda: nn.LSTM(3, 2, bias=False, batch_first=True), (2, 3, 3), call=steps)
case("gru", lambda: nn.GRU(3, 4, batch_first=True, bidirectional=True), (2, 5, 3), call=steps)
case("gru_nobias", lambda: nn.GRU(3, 4, 2, bias=False, batch_first=True), (2, 5, 3), call=steps)


# Attention and transformers.
def itself(m, x):
    return m(x, x, x, need_weights=False)[0]


def memory(m, x, to):
    return m(x, to, to, need_weights=False)[0]


case("attention", lambda: nn.MultiheadAttention(6, 2, batch_first=True), (2, 4, 6), call=itself)
case("attention_nobias", lambda: nn.MultiheadAttention(6, 3, bias=False, batch_first=True), (2, 4, 6), call=itself)
case("cross", lambda: nn.MultiheadAttention(6, 2, batch_first=True), (2, 4, 6), (2, 3, 6), call=memory)
case("cross_other", lambda: nn.MultiheadAttention(6, 2, kdim=5, vdim=5, batch_first=True), (2, 4, 6), (2, 3, 5), call=memory)
case("encoder", lambda: nn.TransformerEncoder(
    nn.TransformerEncoderLayer(6, 2, 8, 0.0, F.relu, batch_first=True), 2, nn.LayerNorm(6)), (2, 4, 6))


def causal(m, x, to):
    return m(x, to, tgt_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype), tgt_is_causal=True)


case("decoder", lambda: nn.TransformerDecoderLayer(6, 2, 8, 0.0, F.gelu, batch_first=True, norm_first=True), (2, 4, 6), (2, 3, 6),
     call=causal)


class Grouped(nn.Module):
    """Grouped queries with linear layers of their own, as language models have them."""

    def __init__(self, width, heads, shared):
        super().__init__()
        d = width // heads
        self.d = d
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.k_proj, self.v_proj = nn.Linear(width, shared * d), nn.Linear(width, shared * d)

    def forward(self, x, to=None):
        to = x if to is None else to
        q, k, v = [a.unflatten(-1, (-1, self.d)).transpose(1, 2) for a in (self.q_proj(x), self.k_proj(to), self.v_proj(to))]
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, enable_gqa=True).transpose(1, 2).flatten(2))


case("grouped", lambda: Grouped(8, 4, 2), (2, 3, 8))
case("grouped_cross", lambda: Grouped(8, 4, 2), (2, 3, 8), (2, 5, 8))


# Models.
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.Module()
        self.attn.qkv, self.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Module()
        self.mlp.c_fc, self.mlp.c_proj = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        q, k, v = [a.unflatten(-1, (2, -1)).transpose(1, 2) for a in self.attn.qkv(self.ln_1(x)).chunk(3, -1)]
        x = x + self.attn.proj(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x)), approximate="tanh"))


class Tiny(nn.Module):
    """A language model with the names that such models have."""

    def __init__(self, words=7, places=5, width=4, deep=2):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(words, width), "wpe": nn.Embedding(places, width), "h": nn.ModuleList(Block(width) for _ in range(deep)),
            "ln_f": nn.LayerNorm(width)})
        self.lm_head = nn.Linear(width, words, bias=False)

    def forward(self, t):
        x = self.transformer["wte"](t) + self.transformer["wpe"](torch.arange(t.shape[-1]))
        for b in self.transformer["h"]:
            x = b(x)
        return self.lm_head(self.transformer["ln_f"](x))


class Net(nn.Module):
    """Layers in a row, a layer that is used twice, and a parameter and a buffer of its own."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 4))
        self.mix = self.mix_again = nn.Linear(4, 4)
        self.class_token = nn.Parameter(torch.randn(1, 4))
        self.register_buffer("scale", torch.randn(4))

    def forward(self, x):
        return self.mix_again(F.relu(self.mix(self.features(x) + self.class_token))) * self.scale


case("gpt", Tiny, tokens(2, 5))
case("net", Net, (2, 1, 4, 4), shared=True, before=seen([1, 4, 4]))
case("parallel", lambda: nn.DataParallel(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))), (2, 3), call=lambda m, x: m.module(x))

# Other dtypes.
case("float64", lambda: nn.Linear(3, 2).double(), (2, 3), dtype=torch.float64)
case("float16", lambda: nn.Linear(3, 2), (2, 3), dtype=torch.float16)
case("bfloat16", lambda: nn.Linear(3, 2), (2, 3), dtype=torch.bfloat16)
half = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 2**-14, 2**-14 - 2**-24, 2**-24, torch.inf, -torch.inf, torch.nan])
brain = torch.cat([half, torch.tensor([3.38e38, 1e-40])])
half, brain = half.half(), brain.bfloat16()
save_file({"half": half, "brain": brain}, folder / "halves.safetensors", metadata={"format": "pt"})
results["half.y"], results["brain.y"] = half.double(), brain.double()

save_file(results, folder / "results.safetensors")
