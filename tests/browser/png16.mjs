// Reads a 16-bit grey PNG without any of endcap's code: the other way to know which unit is where.

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

/** { width, height, values } of a file; values row by row. */
export function readGrey16(path) {
  const file = readFileSync(path);
  const parts = [];
  let width, height;
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const kind = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      if (body[8] !== 16 || body[9] !== 0 || body[12] !== 0) throw new Error(`${path} is no plain 16-bit grey PNG`);
    }
    if (kind === "IDAT") parts.push(body);
    at += 12 + length;
  }
  const data = inflateSync(Buffer.concat(parts));
  const stride = 2 * width;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= 2 ? rows[y * stride + i - 2] : 0;
      const up = y > 0 ? rows[(y - 1) * stride + i] : 0;
      const corner = i >= 2 && y > 0 ? rows[(y - 1) * stride + i - 2] : 0;
      const guess = left + up - corner;
      const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const add = [0, left, up, (left + up) >> 1, paeth][filter];
      rows[y * stride + i] = data[y * (stride + 1) + 1 + i] + add;
    }
  }
  return { width, height, values: Array.from({ length: width * height }, (_, i) => rows.readUInt16BE(2 * i)) };
}
