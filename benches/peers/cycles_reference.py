#!/usr/bin/env python3
"""Renders a GLB with Cycles, Blender's path tracer, on the CPU.

    cycles_reference.py FILE.glb OUT.exr [--size WxH] [--spp N] [--seed N] [--denoise] [--bounces N] [--warm]

Writes linear radiance before exposure, box filter over each pixel, and prints one JSON object with the version and the
wall and CPU seconds of the render. --warm renders once before, so that the import of the scene and its trees do not
count. --denoise is Open Image Denoise with albedo and normal. Needs bpy, the module that Blender publishes on PyPI.
"""

import argparse
import json
import math
import time

import bpy
import mathutils
import numpy as np

import glb

# Blender's z is up.
BLENDER_FROM_GLTF = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], float)


def add_lamp(light):
    """A rectangle of light. Blender counts its power: radiance times area times pi."""
    u, v = np.array(light["half_u"]), np.array(light["half_v"])
    radiance = np.array(light["radiance"])
    data = bpy.data.lights.new("lamp", "AREA")
    data.shape = "RECTANGLE"
    data.size, data.size_y = 2 * np.linalg.norm(u), 2 * np.linalg.norm(v)
    data.energy = float(radiance.max() * data.size * data.size_y * math.pi)
    data.color = (radiance / radiance.max()).tolist()
    pose = np.eye(4)
    front = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
    # Blender's lamps shine along -z.
    x, z = u / np.linalg.norm(u), -front
    pose[:3, :4] = np.stack([x, np.cross(z, x), z, light["center"]], axis=1)
    lamp = bpy.data.objects.new("lamp", data)
    lamp.matrix_world = mathutils.Matrix((BLENDER_FROM_GLTF @ pose).tolist())
    bpy.context.scene.collection.objects.link(lamp)


def load(path, size):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(path))
    described = glb.Scene(path)
    scene = bpy.context.scene
    camera = next(found for found in scene.objects if found.type == "CAMERA")
    scene.camera = camera
    camera.data.sensor_fit = "VERTICAL"
    camera.data.angle_y = described.yfov
    camera.data.clip_start = 0.001
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    background = scene.world.node_tree.nodes["Background"]
    background.inputs[0].default_value = [*described.environment, 1.0]
    for light in described.rect_lights:
        add_lamp(light)
    if described.rect_lights:
        # The lamps stand for what shines behind them.
        for material in bpy.data.materials:
            for node in material.node_tree.nodes if material.node_tree else []:
                if "Emission Strength" in node.inputs:
                    node.inputs["Emission Strength"].default_value = 0.0


def settings(spp, seed, bounces, denoise):
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = True
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples, cycles.seed = spp, seed
    cycles.use_adaptive_sampling = False
    cycles.pixel_filter_type = "BOX"
    cycles.filter_width = 1.0
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = bounces
    cycles.transmission_bounces = cycles.transparent_max_bounces = max(bounces, 24)
    cycles.use_denoising = denoise
    if denoise:
        cycles.denoiser = "OPENIMAGEDENOISE"
    image = scene.render.image_settings
    image.file_format = "OPEN_EXR"
    image.color_mode, image.color_depth, image.exr_codec = "RGB", "32", "ZIP"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("file")
    parser.add_argument("out")
    parser.add_argument("--size", default="256x192")
    parser.add_argument("--spp", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bounces", type=int, default=8)
    parser.add_argument("--denoise", action="store_true")
    parser.add_argument("--warm", action="store_true")
    arguments = parser.parse_args()
    load(arguments.file, tuple(map(int, arguments.size.split("x"))))
    settings(arguments.spp, arguments.seed, arguments.bounces, arguments.denoise)
    bpy.context.scene.render.filepath = arguments.out
    bpy.context.scene.render.use_file_extension = False
    if arguments.warm:
        bpy.ops.render.render(write_still=False)
    wall, cpu = time.perf_counter(), time.process_time()
    bpy.ops.render.render(write_still=True)
    cost = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    print(json.dumps({"version": bpy.app.version_string} | cost), flush=True)


if __name__ == "__main__":
    main()
