"""A training step that learns nothing: it counts the pixels of every unit in the instance planes.

Shows how frames come in and results go out. Runs inside of `endcap job train`; needs nothing but Python.
"""

import json
import os
import struct
import sys
import tarfile
import zlib


def png_rows(data):
    """Rows of samples of a 16-bit grey PNG without interlacing (PNG specification, sections 7 and 9)."""
    at, packed, width = 8, b"", 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, _, depth, colour = struct.unpack(">IIBB", chunk[:10])
            assert (depth, colour) == (16, 0), "the instance plane is 16-bit grey"
        elif kind == b"IDAT":
            packed += chunk
        at += length + 12
    raw, stride, above = zlib.decompress(packed), 2 * width, bytearray(2 * width)
    for start in range(0, len(raw), stride + 1):
        how, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for i in range(stride):
            left = row[i - 2] if i >= 2 else 0
            corner = above[i - 2] if i >= 2 else 0
            if how == 1:
                row[i] = (row[i] + left) & 255
            elif how == 2:
                row[i] = (row[i] + above[i]) & 255
            elif how == 3:
                row[i] = (row[i] + (left + above[i]) // 2) & 255
            elif how == 4:
                guess = left + above[i] - corner
                row[i] = (row[i] + min((left, above[i], corner), key=lambda value: abs(guess - value))) & 255
        above = row
        yield struct.unpack(f">{width}H", row)


def main():
    classes = json.load(open("dataset.json"))["classes"]
    counts, units, frames = {}, {}, []
    # "r|": the archive is a stream and cannot be read twice.
    stream = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
    for entry in stream:
        frame, kind = entry.name.split(".", 1)
        content = stream.extractfile(entry).read()
        if kind == "json":
            frames.append(int(frame))
            units[frame] = len(json.loads(content)["instances"])
        elif kind == "instance.png":
            counts[frame] = sum(1 for row in png_rows(content) for number in row if number)
    with open(os.path.join(os.environ["ENDCAP_OUT"], "counts.json"), "w") as file:
        json.dump({"frames": frames, "pixels": counts, "units": units, "classes": len(classes)}, file, sort_keys=True)
    print(f"counted {sum(counts.values())} pixels in {len(frames)} frames")


main()
