"""Runs `endcap shot` and reads what it has written. Needs numpy, OpenEXR and Pillow."""

import pathlib
import resource
import subprocess
import time

import numpy as np
import OpenEXR
from PIL import Image

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def command(name=None):
    """The command to measure: the one named, or the newest that has been built here."""
    built = [REPOSITORY / "target" / kind / "endcap" for kind in ("release", "debug")]
    built = sorted((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
    if name is None and not built:
        raise FileNotFoundError("endcap has not been built; `cargo build --release` makes it")
    return str(name or built[-1])


def read_exr(path):
    """Colours `[row, column, channel]` of an OpenEXR file with the channels R, G and B."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return np.stack([file.channels()[name].pixels for name in "RGB"], axis=-1).astype(np.float64)


def shot(program, scene, out, size, spp, more=()):
    """Renders the first camera of a GLB into a folder; wall and CPU seconds of the whole process."""
    line = [program, "shot", str(scene), "--out", str(out), "--size", f"{size[0]}x{size[1]}", "--spp", str(spp)]
    line += ["--quality", "studio", "--adapter", "cpu", "--quiet", *more]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    subprocess.run(line, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": time.time() - started, "cpu_s": cpu}


def radiance(folder):
    """Linear radiance of a shot."""
    return read_exr(pathlib.Path(folder) / "radiance" / "000000.exr")


def instances(folder):
    """Number of the node that is seen in the middle of each pixel; 0 for none."""
    return np.array(Image.open(pathlib.Path(folder) / "instance" / "000000.png")).astype(int)
