"""The event file of train/tensorboard's test, by TensorBoard's package: python tools/parity/events.py

Writes train/tensorboard/testdata/events.out.tfevents.golden and the picture in it, dots.png, the same bytes every time, and reads the file
back as TensorBoard does. With a path as argument it reads that event file instead, and prints what TensorBoard finds in it.
"""

import pathlib
import sys

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub.io import gfile
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.image import metadata as images
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto


def show(path):
    a = EventAccumulator(str(path), size_guidance={"tensors": 0})
    a.Reload()
    found = []
    for tag in a.Tags()["tensors"]:
        plugin = a.SummaryMetadata(tag).plugin_data.plugin_name
        for e in a.Tensors(tag):
            v = make_ndarray(e.tensor_proto)
            found.append((plugin, tag, e.step, v))
    return found


if len(sys.argv) > 1:
    for plugin, tag, step, v in show(sys.argv[1]):
        print(plugin, tag, step, v if v.size < 4 and plugin != "images" else v.shape)
    sys.exit()

folder = pathlib.Path(__file__).resolve().parents[2] / "train/tensorboard/testdata"
folder.mkdir(parents=True, exist_ok=True)
picture = folder / "dots.png"
Image.fromarray(np.array([[0, 255, 0], [255, 0, 255]], np.uint8)).save(picture)


def image_pb(tag, png, width, height):
    """As image_v2 of TensorFlow does, which TensorBoard's package has no function for."""
    tensor = make_tensor_proto([str(width).encode(), str(height).encode(), png])
    s = summary_pb2.Summary()
    s.value.add(tag=tag, tensor=tensor, metadata=images.create_summary_metadata(display_name=None, description=None))
    return s


values = [((37 * i + 5) % 97 - 47.5) / 32 for i in range(200)]
events = [
    (0, scalar_pb("loss", 2.5)),
    (1, scalar_pb("loss", 0.1)),
    (300, scalar_pb("validation/loss", 1e-30)),
    (70000, scalar_pb("räte", float("nan"))),
    (2, histogram_pb("weights", values)),
    (3, histogram_pb("one value", [0.25] * 5)),
    (4, histogram_pb("nothing", [])),
    (5, image_pb("dots", picture.read_bytes(), 3, 2)),
    (6, text_pb("note", "the *rate* fell")),
]
path = folder / "events.out.tfevents.golden"
with gfile.GFile(str(path), "wb") as f:
    w = RecordWriter(f)
    w.write(event_pb2.Event(wall_time=1.5e9, file_version="brain.Event:2").SerializeToString())
    for i, (step, summary) in enumerate(events):
        w.write(event_pb2.Event(wall_time=1.5e9 + 0.25 * (i + 1), step=step, summary=summary).SerializeToString())
    w.flush()
assert [(tag, step) for _, tag, step, _ in show(path)] == [(s.value[0].tag, step) for step, s in events]
