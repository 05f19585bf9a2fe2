#!/usr/bin/env python3
"""Renders a GLB with Mitsuba 3, with surfaces that equal endcap's where Mitsuba has such.

    mitsuba_reference.py FILE.glb OUT.exr [--size WxH] [--spp N] [--seed N] [--variant NAME] [--max-depth N]

Writes linear radiance before exposure, box filter over each pixel, path integrator. Needs mitsuba (3.9), numpy and, for
the variant llvm_ad_rgb, LLVM 15 to 19 (`DRJIT_LIBLLVM_PATH` if it is not found); scalar_rgb always works, more slowly.

| surface of the file | BSDF of Mitsuba | equal? |
|---|---|---|
| specularFactor 0 | diffuse | yes |
| metallicFactor 1 | principled, metallic 1 | yes, but for the light of several bounces between microfacets, which endcap adds |
| transmission with volume | dielectric, roughdielectric (ggx) | yes; a volume that absorbs is refused, or clear if not strict |
| transmission without volume | thindielectric | yes, if its roughness is 0 |
| anything else | principled | no: other Fresnel, other diffuse base |

The lamps of endcap's own GLBs, `rect_lights` in the extras, become rectangles in the place of what shines behind them,
the environment a constant one.
"""

import argparse
import dataclasses
import glob
import os

import mitsuba as mi
import numpy as np

import glb


MOST_PATHS = 1 << 22


def choose_variant(name=None):
    """Sets the variant: the one named, or llvm_ad_rgb where LLVM is, else scalar_rgb."""
    if "DRJIT_LIBLLVM_PATH" not in os.environ:
        found = sorted(glob.glob("/usr/lib/*/libLLVM*19*.so*") + glob.glob("/usr/lib/*/libLLVM.so.19*"))
        if found:
            os.environ["DRJIT_LIBLLVM_PATH"] = found[-1]
    has_llvm = "DRJIT_LIBLLVM_PATH" in os.environ and "llvm_ad_rgb" in mi.variants()
    name = name or ("llvm_ad_rgb" if has_llvm else "scalar_rgb")
    mi.set_variant(name)
    return name


def rgb(values):
    return {"type": "rgb", "value": [float(value) for value in values]}


def color_of(scene, surface):
    """Base colour: a texture, or a constant; their product where there are both and the constant is not white."""
    factor = np.array(surface.get("baseColorFactor", [1.0] * 4)[:3])
    if "baseColorTexture" not in surface:
        return rgb(factor)
    encoded = scene.picture(surface["baseColorTexture"])
    stream = mi.MemoryStream(len(encoded))
    stream.write(encoded)
    stream.seek(0)
    bitmap = mi.Bitmap(stream).convert(mi.Bitmap.PixelFormat.RGB, mi.Struct.Type.Float32, srgb_gamma=False)
    pixels = np.array(bitmap) * factor.astype(np.float32)
    return {"type": "bitmap", "bitmap": mi.Bitmap(pixels), "raw": True, "wrap_mode": "clamp"}


def bsdf_of(scene, material, is_strict):
    surface = material.get("pbrMetallicRoughness", {})
    extensions = material.get("extensions", {})
    extension = lambda name, key, default: extensions.get(name, {}).get(key, default)
    roughness = surface.get("roughnessFactor", 1.0)
    metallic = surface.get("metallicFactor", 1.0)
    if extension("KHR_materials_transmission", "transmissionFactor", 0.0) > 0.5:
        tint = rgb(surface.get("baseColorFactor", [1.0] * 4)[:3])
        glass = {"int_ior": extension("KHR_materials_ior", "ior", 1.5), "ext_ior": 1.0, "specular_transmittance": tint}
        if extension("KHR_materials_volume", "thicknessFactor", 0.0) <= 0.0:
            return {"type": "thindielectric"} | glass
        if is_strict and "attenuationDistance" in extensions["KHR_materials_volume"]:
            raise ValueError(f"material {material.get('name')!r} absorbs light inside")
        if roughness < 0.02:
            return {"type": "dielectric"} | glass
        return {"type": "roughdielectric", "distribution": "ggx", "alpha": roughness**2} | glass
    color = color_of(scene, surface)
    if metallic < 1.0 and extension("KHR_materials_specular", "specularFactor", 1.0) == 0.0:
        inner = {"type": "diffuse", "reflectance": color}
    else:
        # `specular` is the share of a reflectance of 8 % at normal incidence: 0.5 stands for an index of 1.5.
        inner = {"type": "principled", "base_color": color, "metallic": metallic, "roughness": roughness, "specular": 0.5}
    return {"type": "twosided", "inner": inner}


def emission_of(material):
    strength = material.get("extensions", {}).get("KHR_materials_emissive_strength", {}).get("emissiveStrength", 1.0)
    return np.array(material.get("emissiveFactor", [0.0] * 3)) * strength


def merged(parts):
    """One part per material and kind of vertex: thousands of shapes cost llvm_ad_rgb seconds per picture."""
    groups = {}
    for part in parts:
        groups.setdefault((id(part.material), part.normals is None, part.uvs is None), []).append(part)
    for group in groups.values():
        starts = np.cumsum([0] + [len(part.positions) for part in group])
        join = lambda key: None if getattr(group[0], key) is None else np.concatenate([getattr(p, key) for p in group])
        triangles = np.concatenate([part.triangles + start for part, start in zip(group, starts)])
        joined = {key: join(key) for key in ("positions", "normals", "uvs")}
        yield dataclasses.replace(group[0], triangles=triangles, **joined)


def shape_of(part, bsdf, shines):
    """A mesh of Mitsuba, whose texture coordinates count from the top left of a picture as glTF's do."""
    properties = mi.Properties()
    properties["bsdf"] = bsdf
    emission = emission_of(part.material)
    if emission.max() > 0.0 and shines:
        properties["emitter"] = mi.load_dict({"type": "area", "radiance": rgb(emission)})
    has_normals, has_uvs = part.normals is not None, part.uvs is not None
    count = (len(part.positions), len(part.triangles))
    mesh = mi.Mesh(part.name, *count, has_vertex_normals=has_normals, has_vertex_texcoords=has_uvs, props=properties)
    values = mi.traverse(mesh)
    values["vertex_positions"] = part.positions.astype(np.float32).ravel()
    values["faces"] = part.triangles.astype(np.uint32).ravel()
    if has_normals:
        values["vertex_normals"] = part.normals.astype(np.float32).ravel()
    if has_uvs:
        values["vertex_texcoords"] = part.uvs.astype(np.float32).ravel()
    values.update()
    return mesh


def load(path, max_depth=66, is_strict=True):
    """The scene of a GLB for `render`, and its description. Strict: refuses materials that would look quite different."""
    scene = glb.Scene(path)
    found = {"type": "scene", "integrator": {"type": "path", "max_depth": max_depth}}
    if max(scene.environment) > 0.0:
        found["environment"] = {"type": "constant", "radiance": rgb(scene.environment)}
    for number, part in enumerate(merged(scene.parts)):
        bsdf = mi.load_dict(bsdf_of(scene, part.material, is_strict))
        found[f"shape{number:05}"] = shape_of(part, bsdf, not scene.rect_lights)
    for number, light in enumerate(scene.rect_lights):
        matrix = np.eye(4)
        u, v = np.array(light["half_u"]), np.array(light["half_v"])
        normal = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
        matrix[:3, :4] = np.stack([u, v, normal, light["center"]], axis=1)
        emitter = {"type": "area", "radiance": rgb(light["radiance"])}
        to_world = mi.ScalarTransform4f(matrix.tolist())
        found[f"light{number:05}"] = {"type": "rectangle", "to_world": to_world, "emitter": emitter}
    return mi.load_dict(found), scene


def sensor_of(scene, size):
    # Cameras of Mitsuba look along +z, with +x to the left.
    pose = scene.world_from_camera @ np.diag([-1.0, 1.0, -1.0, 1.0])
    film = {"type": "hdrfilm", "width": size[0], "height": size[1], "pixel_format": "rgb", "component_format": "float32"}
    return mi.load_dict(
        {
            "type": "perspective",
            "fov": float(np.degrees(scene.yfov)),
            "fov_axis": "y",
            "near_clip": 0.001,
            "far_clip": 1000.0,
            "to_world": mi.ScalarTransform4f(pose.tolist()),
            "film": film | {"rfilter": {"type": "box"}},
            "sampler": {"type": "independent"},
        }
    )


def render(mitsuba_scene, sensor, spp, seed):
    """Linear radiance `[row, column, channel]`; in passes, because llvm_ad_rgb keeps all paths of a pass in memory."""
    width, height = sensor.film().size()
    most = max(1, MOST_PATHS // (int(width) * int(height)))
    total, done = 0.0, 0
    while done < spp:
        count = min(most, spp - done)
        # Seeds of several passes must not meet those of the next picture.
        picture = mi.render(mitsuba_scene, sensor=sensor, spp=count, seed=seed * 65536 + done)
        total = total + np.array(picture, np.float64)[..., :3] * count
        done += count
    return total / spp


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("file")
    parser.add_argument("out")
    parser.add_argument("--size", default="256x192")
    parser.add_argument("--spp", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--variant")
    parser.add_argument("--max-depth", type=int, default=66)
    arguments = parser.parse_args()
    choose_variant(arguments.variant)
    mitsuba_scene, scene = load(arguments.file, arguments.max_depth)
    sensor = sensor_of(scene, tuple(map(int, arguments.size.split("x"))))
    picture = render(mitsuba_scene, sensor, arguments.spp, arguments.seed)
    mi.Bitmap(picture.astype(np.float32)).write(arguments.out)


if __name__ == "__main__":
    main()
