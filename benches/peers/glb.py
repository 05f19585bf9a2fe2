"""GLB files: what the scenes of this folder are written with and the other renderers read them with.

Only what `scene.py` and `endcap scene` write is understood: one buffer, triangles, embedded pictures, nodes without
parents, and the lamps and the environment in the extras of the scene. Needs numpy alone.
"""

import dataclasses
import json
import math
import pathlib
import struct
import zlib

import numpy as np

COMPONENTS = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


class Writer:
    """A document that grows."""

    def __init__(self):
        self.json = {"asset": {"version": "2.0", "generator": "endcap benches/peers"}, "scene": 0}
        self.bin = bytearray()

    def push(self, array, value):
        """Appends to one of the document's arrays and tells the place."""
        values = self.json.setdefault(array, [])
        values.append(value)
        return len(values) - 1

    def view(self, data):
        self.bin.extend(bytes(-len(self.bin) % 4))
        view = {"buffer": 0, "byteOffset": len(self.bin), "byteLength": len(data)}
        self.bin.extend(data)
        return self.push("bufferViews", view)

    def accessor(self, values):
        """Vectors of floats, or a flat list of indices."""
        is_index = values.ndim == 1
        values = np.ascontiguousarray(values, np.uint32 if is_index else np.float32)
        accessor = {"bufferView": self.view(values.tobytes()), "count": len(values)}
        accessor |= {"componentType": 5125, "type": "SCALAR"} if is_index else {"componentType": 5126}
        if not is_index:
            accessor["type"] = f"VEC{values.shape[1]}"
            accessor |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        return self.push("accessors", accessor)

    def mesh_node(self, name, shape, material, matrix=None):
        """A node that shows a shape: a dict of positions, normals, uvs `[vertex, component]` and triangles."""
        attributes = {"POSITION": "positions", "NORMAL": "normals", "TEXCOORD_0": "uvs"}
        primitive = {
            "attributes": {name: self.accessor(shape[key]) for name, key in attributes.items()},
            "indices": self.accessor(np.asarray(shape["triangles"]).ravel()),
            "material": material,
        }
        node = {"name": name, "mesh": self.push("meshes", {"primitives": [primitive]})}
        if matrix is not None:
            node["matrix"] = np.asarray(matrix, float).T.ravel().tolist()
        return self.push("nodes", node)

    def save(self, path):
        used = {name for material in self.json["materials"] for name in material.get("extensions", {})}
        self.json["extensionsUsed"] = sorted(used)
        self.json["buffers"] = [{"byteLength": len(self.bin)}]
        self.json["scenes"][0]["nodes"] = list(range(len(self.json["nodes"])))
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self.bin) + bytes(-len(self.bin) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
        pathlib.Path(path).write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)


def png(pixels):
    """An 8-bit RGB picture `[row, column, channel]` as PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@dataclasses.dataclass
class Part:
    """One primitive of a node, in world coordinates."""

    # Name of the node, and its number among the nodes with a mesh, from 1: endcap's instance number.
    name: str
    instance: int
    positions: np.ndarray
    normals: np.ndarray | None
    uvs: np.ndarray | None
    triangles: np.ndarray
    # The material as in the file; an empty one is glTF's default.
    material: dict


class Scene:
    """What a GLB shows."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        length = struct.unpack_from("<I", data, 12)[0]
        self.json = json.loads(data[20 : 20 + length])
        self.bin = data[28 + length :]
        extras = self.json["scenes"][self.json.get("scene", 0)].get("extras", {}).get("endcap", {})
        self.rect_lights = extras.get("rect_lights", [])
        self.environment = extras.get("environment_radiance", [0.0, 0.0, 0.0])
        self.exposure = extras.get("exposure", 1.0)
        self.parts = list(self._parts())
        self.yfov, self.world_from_camera = self._camera()

    def _bytes(self, view):
        view = self.json["bufferViews"][view]
        start = view.get("byteOffset", 0)
        return self.bin[start : start + view["byteLength"]]

    def _values(self, index):
        accessor = self.json["accessors"][index]
        kind, width = COMPONENTS[accessor["componentType"]], WIDTHS[accessor["type"]]
        view = self.json["bufferViews"][accessor["bufferView"]]
        size = np.dtype(kind).itemsize * width
        stride = view.get("byteStride", size)
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        count = accessor["count"]
        values = np.ndarray((count, width), kind, self.bin, start, (stride, np.dtype(kind).itemsize)).copy()
        return values / np.iinfo(kind).max if accessor.get("normalized") else values

    def _parts(self):
        instance = 0
        for node in self.json["nodes"]:
            if "mesh" not in node:
                continue
            instance += 1
            matrix = matrix_of(node)
            normal_matrix = np.linalg.inv(matrix[:3, :3]).T
            for primitive in self.json["meshes"][node["mesh"]]["primitives"]:
                found = primitive["attributes"]
                positions = self._values(found["POSITION"]) @ matrix[:3, :3].T + matrix[:3, 3]
                normals = self._values(found["NORMAL"]) @ normal_matrix.T if "NORMAL" in found else None
                uvs = self._values(found["TEXCOORD_0"]) if "TEXCOORD_0" in found else None
                triangles = self._values(primitive["indices"]).reshape(-1, 3).astype(np.uint32)
                if np.linalg.det(matrix[:3, :3]) < 0:
                    triangles = triangles[:, ::-1]
                material = self.json["materials"][primitive["material"]] if "material" in primitive else {}
                yield Part(node.get("name", ""), instance, positions, normals, uvs, triangles, material)

    def _camera(self):
        for node in self.json["nodes"]:
            if "camera" in node:
                camera = self.json["cameras"][node["camera"]]
                return camera["perspective"]["yfov"], matrix_of(node)
        raise ValueError("the scene has no camera")

    def picture(self, texture):
        """Encoded bytes of the picture behind a textureInfo."""
        source = self.json["textures"][texture["index"]]["source"]
        return self._bytes(self.json["images"][source]["bufferView"])


def write_seeded(path, out, seed):
    """Copies a GLB, with another key for endcap's random numbers in the extras of its scene."""
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + length])
    document["scenes"][document.get("scene", 0)]["extras"]["seed"] = seed
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + data[20 + length :]
    pathlib.Path(out).write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


def matrix_of(node):
    """World from node, as a 4x4 matrix."""
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * node.get("scale", [1, 1, 1])
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix


def looking_at(eye, target):
    """Pose of a glTF camera: looks along -z, +y is up."""
    back = np.subtract(eye, target) / math.dist(eye, target)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :4] = np.stack([right, np.cross(back, right), back, eye], axis=1)
    return pose
