"""How much two renderers differ, and how much of it is noise.

Each renderer has made several pictures with independent random numbers, `[run, row, column, channel]` in linear light.
The spread of a renderer's own runs says how far off its mean may be, whatever its sampling does within a picture.
"""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass
class Difference:
    """Of one object, or of the whole picture."""

    name: str
    pixels: int
    # Mean radiance over the channels, in the reference and in ours.
    reference: float
    ours: float
    # Signed difference over the reference, its standard error, and their quotient.
    bias: float
    error: float
    z: float
    # Mean over blocks and channels of |difference| over reference, and what noise alone makes of it.
    blocks: float
    blocks_by_noise: float


def mean_and_error(values):
    """Mean over runs, and its standard error."""
    return values.mean(0), values.std(0, ddof=1) / math.sqrt(len(values))


def difference(name, ours, reference, mask, block=8):
    """Compares the pixels of a mask; blocks count where more than a quarter of their pixels are in it."""
    own, own_error = mean_and_error(ours[:, mask].mean((1, 2)))
    other, other_error = mean_and_error(reference[:, mask].mean((1, 2)))
    error = math.hypot(own_error, other_error)
    found, by_noise = block_errors(ours, reference, mask, block)
    return Difference(
        name=name,
        pixels=int(mask.sum()),
        reference=float(other),
        ours=float(own),
        bias=float((own - other) / other),
        error=float(error / other),
        z=float((own - other) / error),
        blocks=found,
        blocks_by_noise=by_noise,
    )


def block_errors(ours, reference, mask, block):
    """Mean relative error of block means, and its expectation if there were nothing but noise."""
    weights = blocked(mask[None, ..., None].astype(float), block)[0, ..., 0]
    counts = weights > 0.25
    if not counts.any():
        return math.nan, math.nan
    means = []
    for pictures in (ours, reference):
        sums = blocked(pictures * mask[..., None], block)[:, counts] / weights[counts, None]
        means.append(mean_and_error(sums))
    (own, own_error), (other, other_error) = means
    # The mean of the absolute value of a normal variable is 0.8 of its standard deviation.
    noise = np.hypot(own_error, other_error) * math.sqrt(2 / math.pi)
    return float(np.mean(np.abs(own - other) / other)), float(np.mean(noise / other))


def blocked(pictures, block):
    """Means over squares of pixels; what is left over at the right and below is dropped."""
    runs, height, width, channels = pictures.shape
    rows, columns = height // block, width // block
    cut = pictures[:, : rows * block, : columns * block]
    return cut.reshape(runs, rows, block, columns, block, channels).mean((2, 4))


def markdown(differences):
    """The differences as a table."""
    lines = [
        "| object | pixels | Mitsuba | endcap | bias | standard error | Z | error of blocks | of it noise |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for d in differences:
        lines.append(
            f"| {d.name} | {d.pixels:,} | {d.reference:.4f} | {d.ours:.4f} | {d.bias:+.2%} | {d.error:.2%} | {d.z:+.1f} "
            f"| {d.blocks:.2%} | {d.blocks_by_noise:.2%} |"
        )
    return "\n".join(lines)
