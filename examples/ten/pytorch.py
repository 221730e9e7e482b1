"""The ten programs of ten_test.go in PyTorch; they print the same."""
import os
import tempfile

import torch
import torch.nn.functional as F
from torch.func import grad, vmap


def ramp(*dims):
    n = torch.Size(dims).numel()
    return (torch.arange(n) / n).reshape(dims)


def show(*ts):
    for t in ts:
        v = t.detach().reshape(-1) if t.dim() < 2 else t.detach()
        print("[" + " ".join(f"{x:.4f}" for x in v.reshape(-1)) + "]" if t.dim() else f"{t.item():.4f}")


def gradient():
    x = torch.tensor([1.0, 2, 3], requires_grad=True)
    y = (x * x**2).sum()
    y.backward()
    show(x.grad)


def regression():
    w, b = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    x, y = torch.tensor([0.0, 1, 2, 3]), torch.tensor([1.0, 3, 5, 7])
    sgd = torch.optim.SGD([w, b], lr=0.1)
    for _ in range(100):
        loss = F.mse_loss(w * x + b, y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    print(f"[{w.item():.2f}] [{b.item():.2f}] <nil>")


class MLP(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = torch.nn.Linear(2, 4), torch.nn.Linear(4, 3)
        self.hidden.weight.data, self.hidden.bias.data = ramp(2, 4).T.clone(), ramp(4)
        self.out.weight.data, self.out.bias.data = ramp(4, 3).T.clone(), ramp(3)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


def mlp():
    m = MLP()
    adam = torch.optim.Adam(m.parameters(), lr=0.01)
    x, labels = torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([0, 2])
    for _ in range(3):
        loss = F.cross_entropy(m(x), labels)
        adam.zero_grad()
        loss.backward()
        adam.step()
        print(f"{loss.item():.4f}")
    print("<nil>")


def convolution():
    image, filter = ramp(1, 1, 6, 6), ramp(2, 1, 3, 3).requires_grad_()
    y = torch.relu(F.conv2d(image, filter))
    loss = F.max_pool2d(y, 2).sum()
    loss.backward()
    show(loss, filter.grad.sum((1, 2, 3)))


def per_example():
    w, xs, ys = torch.tensor([1.0, -1]), ramp(3, 2), torch.tensor([1.0, 0, 2])
    loss = lambda w, x, y: ((w * x).sum() - y) ** 2
    show(vmap(grad(loss), (None, 0, 0))(w, xs, ys))


def hvp():
    x, v = torch.tensor([1.0, 2, 3]), torch.tensor([1.0, 0, -1])
    show(torch.autograd.functional.hvp(torch.prod, x, v)[1])


def scan():
    w, xs = torch.tensor([0.5], requires_grad=True), torch.tensor([1.0, 0.5, -1, 2])
    h, hs = torch.zeros(1), []
    for x in xs:  # a loop of Python
        h = torch.tanh(w * h + x)
        hs.append(h)
    h.sum().backward()
    show(torch.cat(hs), w.grad)


def dropout():
    def mask(seed):
        torch.manual_seed(seed)  # a global
        return F.dropout(torch.ones(1000), 0.5)

    a, b = mask(1), mask(1)
    kept = (a > 0).sum().item()
    print(str(torch.equal(a, b)).lower(), str(400 < kept < 600).lower())


def checkpoint():
    x = torch.tensor([0.5, 1], requires_grad=True)
    y = torch.utils.checkpoint.checkpoint(lambda x: torch.sin(torch.exp(x)), x, use_reentrant=False)
    y.sum().backward()
    show(x.grad)


class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, dy):
        return dy


def own():
    w = torch.nn.Parameter(torch.tensor([0.4, 1.6]))
    path = os.path.join(tempfile.gettempdir(), "ten.pt")
    torch.save({"w": w.data}, path)
    w.data = torch.load(path)["w"]
    os.remove(path)
    print("<nil> <nil>")
    y = Round.apply(w)
    (y**2).sum().backward()
    show(y, w.grad)


for f in (gradient, regression, mlp, convolution, per_example, hvp, scan, dropout, checkpoint, own):
    f()
