// What can be read in a frame, as shapes over it: a polygon around each line of text and each bar code. The pointer finds them.

const SVG = "http://www.w3.org/2000/svg";

/** Every print of a frame: the unit that it is on, and its entry in the record. */
export function prints(record) {
  return record.instances.flatMap((unit) => {
    if (!unit.reading) return [];
    return [...unit.reading.text, ...unit.reading.bar_codes].map((print) => ({ unit, print }));
  });
}

/** Red cannot be read, green can. */
export const colorOfLegibility = (legibility) => `hsl(${Math.round(130 * legibility)} 90% 58%)`;

function area(points) {
  return Math.abs(points.reduce((sum, [x, y], i) => {
    const [u, v] = points[(i + 1) % points.length];
    return sum + x * v - u * y;
  }, 0)) / 2;
}

/** The shapes of a frame, in its pixels, small ones on top: a polygon for each print, and a dark line under it, so that every
    colour is seen on every package. */
export function shapes(record) {
  const all = prints(record).map(({ unit, print }) => {
    const points = print.place.outline ?? print.place.quad;
    const under = document.createElementNS(SVG, "path");
    under.setAttribute("d", `M${points.map((point) => point.join()).join("L")}Z`);
    const shape = document.createElementNS(SVG, "polygon");
    shape.setAttribute("points", points.map((point) => point.join()).join(" "));
    shape.classList.add(print.digits ? "code" : "text");
    shape.style.stroke = colorOfLegibility(print.place.legibility);
    shape.print = print;
    // What nobody can read stays in the background.
    const opacity = 0.45 + 0.55 * Math.min(1, 3 * print.place.legibility);
    for (const part of [under, shape]) {
      part.dataset.unit = unit.id;
      part.style.strokeOpacity = opacity * (part === under ? 0.6 : 1);
    }
    return { parts: [under, shape], area: area(points) };
  });
  return all.sort((a, b) => b.area - a.area).flatMap(({ parts }) => parts);
}

const percent = (share) => `${Math.round(100 * share)} %`;

/** Title and lines of what is known of a print. */
export function about(print) {
  const { place } = print;
  const size = print.digits ? `${print.module_px.toFixed(2)} px a module` : `${print.height_px.toFixed(1)} px high`;
  return {
    title: print.text ?? print.digits,
    lines: [
      `${print.digits ? print.symbology : "text"} · legibility ${percent(place.legibility)}`,
      `${size} · ${place.viewing_angle_deg.toFixed(0)}° aside · ${percent(place.seen_share)} seen`,
      `${place.visible_px.toLocaleString("en")} of ${place.amodal_px.toLocaleString("en")} pixels`,
    ],
  };
}
