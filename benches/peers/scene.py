#!/usr/bin/env python3
"""Writes the scene of the comparison: a box with a lamp, spheres of paint, metal and glass, a labelled carton and a pane.

    scene.py FILE.glb [SEED]

Only materials that mean the same to all renderers: Lambertian paint (KHR_materials_specular with factor 0), GGX metal,
glass with volume, a thin wall. The lamp is an emissive rectangle that reflects nothing. SEED keys endcap's random numbers.
Needs numpy.
"""

import math
import sys

import numpy as np

from glb import Writer, looking_at, png

# Half the width, the height and half the depth of the box, which is open in front, in metres.
HALF_X, HEIGHT, HALF_Z = 0.7, 1.0, 0.5
LAMP_HALF = 0.25, 0.2
ENVIRONMENT = [0.05, 0.06, 0.08]
LAMP = [1.0, 0.85, 0.6]
LAMP_STRENGTH = 14.0


def quad(corner, u, v):
    """A parallelogram that faces u x v; the top left of the picture is at corner + v."""
    corner, u, v = (np.array(x, float) for x in (corner, u, v))
    normal = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
    return {
        "positions": np.stack([corner, corner + u, corner + u + v, corner + v]),
        "normals": np.tile(normal, (4, 1)),
        "uvs": np.array([[0, 1], [1, 1], [1, 0], [0, 0]], float),
        "triangles": np.array([[0, 1, 2], [0, 2, 3]]),
    }


def joined(shapes):
    """Several shapes as one."""
    starts = np.cumsum([0] + [len(shape["positions"]) for shape in shapes])
    whole = {key: np.concatenate([shape[key] for shape in shapes]) for key in ("positions", "normals", "uvs")}
    triangles = [shape["triangles"] + start for shape, start in zip(shapes, starts)]
    return whole | {"triangles": np.concatenate(triangles)}


def sphere(columns=128, rows=64):
    """Of radius 1, with the true normals."""
    azimuth, polar = np.meshgrid(np.linspace(0, 2 * math.pi, columns + 1), np.linspace(0, math.pi, rows + 1))
    points = np.stack([np.sin(polar) * np.sin(azimuth), np.cos(polar), np.sin(polar) * np.cos(azimuth)], -1)
    uvs = np.stack([azimuth / (2 * math.pi), polar / math.pi], -1)
    index = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    # The triangles at the poles that have no area are left out.
    lower, upper = np.stack([a, b, c], -1)[:-1], np.stack([a, c, d], -1)[1:]
    triangles = np.concatenate([lower.reshape(-1, 3), upper.reshape(-1, 3)])
    points = points.reshape(-1, 3)
    return {"positions": points, "normals": points, "uvs": uvs.reshape(-1, 2), "triangles": triangles}


def label(size=128):
    """A label: colour bands, a disc, and bars."""
    y, x = np.mgrid[0:size, 0:size] / size
    pixels = np.where(y[..., None] < 0.3, [200, 40, 30], [235, 225, 190]) * np.ones((size, size, 1))
    pixels[(y - 0.52) ** 2 + (x - 0.5) ** 2 < 0.03] = [30, 90, 160]
    bars = (y > 0.78) & (y < 0.93) & (np.sin(x * 90) + np.sin(x * 47) > 0.2)
    pixels[bars] = [20, 20, 20]
    return pixels.astype(np.uint8)


def placed(x, y, z, scale=1.0, turn=0.0):
    """World from node: scaled, turned about +y by an angle in degrees, moved."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return np.array([[c * scale, 0, s * scale, x], [0, scale, 0, y], [-s * scale, 0, c * scale, z], [0, 0, 0, 1]])


def write(path, seed=0):
    """Writes the scene; equal but for the seed of endcap's random numbers."""
    out = Writer()
    image = out.push("images", {"mimeType": "image/png", "bufferView": out.view(png(label()))})
    sampler = out.push("samplers", {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071})
    texture = out.push("textures", {"source": image, "sampler": sampler})

    def material(name, color, metallic=0.0, roughness=1.0, extensions=None, **more):
        surface = {"baseColorFactor": [*color, 1.0], "metallicFactor": metallic, "roughnessFactor": roughness}
        surface |= more.pop("maps", {})
        found = {"name": name, "pbrMetallicRoughness": surface, **more}
        if extensions:
            found["extensions"] = extensions
        return out.push("materials", found)

    matt = {"KHR_materials_specular": {"specularFactor": 0.0}}
    glass = {"KHR_materials_transmission": {"transmissionFactor": 1.0}, "KHR_materials_ior": {"ior": 1.5}}
    solid = glass | {"KHR_materials_volume": {"thicknessFactor": 0.1}}
    white = material("white", [0.73] * 3, extensions=matt)
    red = material("red", [0.63, 0.065, 0.05], extensions=matt)
    green = material("green", [0.14, 0.45, 0.091], extensions=matt)
    blue = material("blue", [0.12, 0.25, 0.6], extensions=matt)
    printed = material("label", [1.0] * 3, extensions=matt, maps={"baseColorTexture": {"index": texture}})
    gold = material("gold", [0.95, 0.7, 0.35], metallic=1.0, roughness=0.3)
    clear = material("glass", [1.0] * 3, roughness=0.0, extensions=solid)
    frosted = material("frosted glass", [1.0] * 3, roughness=0.4, extensions=solid)
    pane = material("pane", [1.0] * 3, roughness=0.0, extensions=glass, doubleSided=True)
    strength = {"KHR_materials_emissive_strength": {"emissiveStrength": LAMP_STRENGTH}}
    lamp = material("lamp", [0.0] * 3, extensions=matt | strength, emissiveFactor=LAMP)

    x, y, z = HALF_X, HEIGHT, HALF_Z
    out.mesh_node("floor", quad([-x, 0, z], [2 * x, 0, 0], [0, 0, -2 * z]), white)
    # The lamp closes a hole in the ceiling, because renderers do not agree on what the back of a lamp does.
    u, v = LAMP_HALF
    ceiling = [(-x, -z, x, -v), (-x, v, x, z), (-x, -v, -u, v), (u, -v, x, v)]
    parts = [quad([a, y, b], [c - a, 0, 0], [0, 0, d - b]) for a, b, c, d in ceiling]
    out.mesh_node("ceiling", joined(parts), white)
    out.mesh_node("lamp", quad([-u, y, -v], [2 * u, 0, 0], [0, 0, 2 * v]), lamp)
    out.mesh_node("back wall", quad([-x, 0, -z], [2 * x, 0, 0], [0, y, 0]), white)
    out.mesh_node("red wall", quad([-x, 0, z], [0, 0, -2 * z], [0, y, 0]), red)
    out.mesh_node("green wall", quad([x, 0, -z], [0, 0, 2 * z], [0, y, 0]), green)

    w, h, d = 0.17, 0.52, 0.11
    front = quad([-w, 0, d], [2 * w, 0, 0], [0, h, 0])
    sides = [
        quad([w, 0, d], [0, 0, -2 * d], [0, h, 0]),
        quad([w, 0, -d], [-2 * w, 0, 0], [0, h, 0]),
        quad([-w, 0, -d], [0, 0, 2 * d], [0, h, 0]),
        quad([-w, h, d], [2 * w, 0, 0], [0, 0, -2 * d]),
    ]
    carton = placed(-0.36, 0.0, -0.2, turn=22.0)
    out.mesh_node("label", front, printed, carton)
    out.mesh_node("carton", joined(sides), white, carton)
    out.mesh_node("paint", sphere(), blue, placed(-0.01, 0.13, -0.12, 0.13))
    out.mesh_node("metal", sphere(), gold, placed(0.36, 0.19, -0.2, 0.19))
    out.mesh_node("glass", sphere(), clear, placed(0.11, 0.15, 0.2, 0.15))
    out.mesh_node("frosted glass", sphere(), frosted, placed(-0.26, 0.11, 0.22, 0.11))
    out.mesh_node("pane", quad([-0.11, 0, 0], [0.22, 0, 0], [0, 0.36, 0]), pane, placed(0.5, 0.0, 0.18, turn=-35.0))

    perspective = {"yfov": math.radians(29.0), "aspectRatio": 4 / 3, "znear": 0.01}
    camera = out.push("cameras", {"type": "perspective", "perspective": perspective})
    pose = looking_at([0.0, 0.52, 2.4], [0.0, 0.48, 0.0])
    out.push("nodes", {"name": "camera", "camera": camera, "matrix": pose.T.ravel().tolist()})
    lighting = {"exposure": 1.0, "environment_radiance": ENVIRONMENT, "rect_lights": []}
    out.push("scenes", {"extras": {"seed": seed, "index": 0, "endcap": lighting}})
    out.save(path)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 0)
