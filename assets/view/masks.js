// COCO's compressed run-length masks, as docs/dataset-format.md of endcap defines them.

/** Lengths of the runs, background first, counted column by column. */
export function runs(counts) {
  const lengths = [];
  let at = 0;
  while (at < counts.length) {
    let value = 0, shift = 0, more = true;
    while (more) {
      const group = counts.charCodeAt(at++) - 48;
      value |= (group & 31) << shift;
      shift += 5;
      more = (group & 32) !== 0;
      if (!more && group & 16) value |= -1 << shift;
    }
    if (lengths.length > 2) value += lengths[lengths.length - 2];
    lengths.push(value);
  }
  return lengths;
}

/** Calls `each(x, top, height)` for every vertical run of mask pixels. */
export function columns(mask, each) {
  const height = mask.size[0];
  let at = 0;
  runs(mask.counts).forEach((length, i) => {
    if (i % 2) {
      let from = at, left = length;
      while (left > 0) {
        const top = from % height;
        const part = Math.min(left, height - top);
        each((from - top) / height, top, part);
        from += part;
        left -= part;
      }
    }
    at += length;
  });
}

/** The unit at each pixel, row by row, from the visible masks, which never overlap. */
export function idsOf(record) {
  const { width, height } = record.camera;
  const ids = new Uint32Array(width * height);
  for (const unit of record.instances) {
    columns(unit.mask_visible, (x, top, part) => {
      for (let y = top; y < top + part; y++) ids[y * width + x] = unit.id;
    });
  }
  return ids;
}

/** Paints a mask into the bytes of an ImageData: its inside over what is there, its border opaque. */
export function paint(image, mask, [r, g, b], alpha) {
  const { width, height, data } = image;
  const inside = new Uint8Array(width * height);
  columns(mask, (x, top, part) => {
    for (let y = top; y < top + part; y++) inside[y * width + x] = 1;
  });
  columns(mask, (x, top, part) => {
    for (let y = top; y < top + part; y++) {
      const at = y * width + x;
      const isBorder = x === 0 || y === 0 || x === width - 1 || y === height - 1 ||
        !(inside[at - 1] && inside[at + 1] && inside[at - width] && inside[at + width]);
      const share = isBorder ? Math.min(1, alpha + 0.5) : alpha;
      const under = data[at * 4 + 3] / 255;
      const out = share + under * (1 - share);
      const mix = (own, old) => (own * share + old * under * (1 - share)) / out;
      data[at * 4] = mix(r, data[at * 4]);
      data[at * 4 + 1] = mix(g, data[at * 4 + 1]);
      data[at * 4 + 2] = mix(b, data[at * 4 + 2]);
      data[at * 4 + 3] = out * 255;
    }
  });
}

/** A colour for a number from 1, as in endcap's contact sheets: hues advance by the golden ratio. */
export function colorOf(number) {
  const hue = (number * 0.618033988749895) % 1;
  const saturation = [0.55, 0.78, 0.66][number % 3];
  const value = [0.98, 0.82, 0.92, 0.72][number % 4];
  return [5, 3, 1].map((offset) => {
    const k = (offset + hue * 6) % 6;
    return Math.round((value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))) * 255);
  });
}

export const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;
