"""The parity cases of nn's convolutions, pools, upsampling and pixel shuffles: python tools/parity/conv.py [LAYER ...]

Operands are x, then the weights and the bias where there are such.
"""

import torch.nn.functional as F

from harness import case, floats, real, write

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def conv(x, out, window, bias=True, groups=1, stride=1, pad=0, dilation=1, mode=""):
    d = len(x) - 2
    window = [window] * d if isinstance(window, int) else window

    def f(x, w, b=None):
        p = pad
        if mode == "same":
            p = "same"
        if mode == "causal":
            around = []
            for k in reversed(window):
                around += [(k - 1) * dilation, 0]
            x = F.pad(x, around)
        return CONV[d](x, w, b, stride=stride, padding=p, dilation=dilation, groups=groups)

    case("Conv", f, real(*x), real(out, x[1] // groups, *window), *[real(out)] * bias, out=out, window=window, bias=bias, groups=groups,
         stride=stride, pad=pad, dilation=dilation, mode=mode)


def transpose(x, out, window, bias=True, groups=1, stride=1, pad=0, dilation=1, output=0):
    d = len(x) - 2
    window = [window] * d if isinstance(window, int) else window

    def f(x, w, b=None):
        return TRANSPOSE[d](x, w, b, stride=stride, padding=pad, output_padding=output, groups=groups, dilation=dilation)

    case("ConvTranspose", f, real(*x), real(x[1], out // groups, *window), *[real(out)] * bias, out=out, window=window,
            bias=bias, groups=groups,
         stride=stride, pad=pad, dilation=dilation, output=output)


conv([2, 3, 7], 4, 3)
conv([1, 2, 9], 3, 3, stride=2, pad=1)
conv([1, 4, 8], 4, 3, groups=4, mode="causal", dilation=2)
conv([1, 2, 6], 2, 4, mode="same")
conv([1, 2, 7], 2, 2, mode="same", dilation=3)
conv([1, 4, 6, 5], 6, 3, groups=2, pad=1)
conv([1, 3, 5, 6], 6, 3, groups=3, bias=False)
conv([1, 2, 6, 5], 2, [3, 2], mode="same")
conv([1, 2, 4, 5], 2, [2, 3], mode="causal")
conv([1, 2, 7, 7], 2, 2, dilation=2, stride=2)
conv([1, 2, 4, 4, 3], 2, 2, pad=1)
conv([1, 2, 3, 4, 3], 4, 3, groups=2, mode="same")
transpose([2, 3, 4], 2, 3)
transpose([1, 2, 5], 4, 3, stride=2, pad=1, output=1)
transpose([1, 4, 4], 4, 2, groups=4, stride=2)
transpose([1, 2, 4], 2, 3, dilation=2, pad=1, output=1)
transpose([1, 4, 3, 4], 2, 3, groups=2, stride=2, pad=1, output=1)
transpose([1, 2, 3, 3], 3, 2, stride=2, bias=False)
transpose([1, 2, 2, 4], 2, [3, 2], stride=3, output=2)
transpose([1, 2, 3, 3], 2, 3, dilation=2, stride=3, pad=2, output=1)
transpose([1, 2, 2, 2, 3], 2, 2, stride=2)
transpose([1, 4, 2, 2, 2], 2, 3, groups=2, stride=2, pad=1, output=1)

AVG = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
for x, size in [
    ([2, 2, 7], [3]), ([1, 2, 6], [3]), ([1, 2, 3], [5]), ([1, 1, 10], [4]),
    ([1, 2, 7, 5], [3, 2]), ([1, 2, 6, 4], [3, 2]), ([2, 1, 5, 7], [1, 1]), ([1, 2, 5, 4], [5, 3]), ([1, 1, 2, 3], [4, 5]),
    ([1, 1, 5, 4, 3], [2, 3, 2]), ([1, 2, 4, 4, 2], [2, 2, 1]),
]:
    d = len(size)
    case("AdaptiveAvgPool", lambda x: AVG[d](x, size), real(*x), size=size)
    case("AdaptiveMaxPool", lambda x: MAX[d](x, size), real(*x), size=size)

ties = [2.0, 1.0, 2.0, 2.0, 0.0, 2.0, 2.0, 1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 0.0, 1.0, 1.0, 1.0]
case("AdaptiveMaxPool", lambda x: F.adaptive_max_pool2d(x, (3, 2)), floats(ties, 1, 1, 4, 5), name="ties", size=[3, 2])
case("AdaptiveMaxPool", lambda x: F.adaptive_max_pool3d(x, (2, 1, 2)), floats(ties[:12] * 3, 1, 1, 4, 3, 3),
        name="ties in space", size=[2, 1, 2])

case("GlobalAvgPool", lambda x: x.mean(dim=(2, 3)), real(2, 3, 4, 5))
case("GlobalMaxPool", lambda x: x.amax(dim=2), real(2, 3, 5))
case("GlobalMaxPool", lambda x: x.amax(dim=(2, 3, 4)), real(1, 2, 2, 3, 2))

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
for x, size in [
    ([1, 2, 4], [8]), ([1, 2, 5], [7]), ([1, 1, 7], [3]), ([1, 1, 4], [1]), ([1, 1, 1], [3]),
    ([1, 2, 3, 4], [6, 8]), ([1, 2, 4, 3], [5, 7]), ([1, 1, 5, 6], [3, 4]), ([1, 1, 4, 3], [4, 6]),
    ([1, 1, 2, 3, 2], [4, 6, 4]), ([1, 1, 3, 2, 4], [2, 3, 5]),
]:
    case("ResizeNearest", lambda x: F.interpolate(x, size=size, mode="nearest"), real(*x), size=size)
    for align in [False, True]:
        case("ResizeLinear", lambda x: F.interpolate(x, size=size, mode=LINEAR[len(size)], align_corners=align), real(*x),
                size=size, align=align)
for x, factor in [([1, 2, 4], 3), ([1, 2, 3, 2], 2), ([1, 1, 2, 2, 2], 2)]:
    case("UpsampleNearest", lambda x: F.interpolate(x, scale_factor=factor, mode="nearest"), real(*x), size=[factor])
    for align in [False, True]:
        case("UpsampleLinear", lambda x: F.interpolate(x, scale_factor=factor, mode=LINEAR[len(x.shape) - 2],
                align_corners=align), real(*x), size=[factor],
             align=align)

case("PixelShuffle", lambda x: F.pixel_shuffle(x, 2), real(2, 8, 2, 3), size=[2])
case("PixelShuffle", lambda x: F.pixel_shuffle(x, 3), real(1, 9, 1, 2), size=[3])
case("PixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), real(2, 2, 4, 6), size=[2])
case("PixelUnshuffle", lambda x: F.pixel_unshuffle(x, 3), real(1, 1, 3, 6), size=[3])

write("nn/testdata/parity")
