// The grid of frames: only the rows in sight exist, so that it is as quick with 100,000 frames as with ten.

const PAGE = 200;
const GAP = 10;
const TALLEST = 15e6;

export class Grid {
  constructor(element, dataset, onCount) {
    this.element = element;
    this.cells = element.querySelector("#cells");
    this.dataset = dataset;
    this.onCount = onCount;
    this.chosen = 0;
    this.filter = "";
    this.reset();
    element.addEventListener("scroll", () => this.drawSoon());
    new ResizeObserver(() => this.drawSoon()).observe(element);
  }

  reset() {
    this.pages = new Map();
    this.shown = new Map();
    this.cells.replaceChildren();
    this.matches = null;
    clearTimeout(this.later);
    this.later = null;
    this.generation = (this.generation ?? 0) + 1;
  }

  /** Shows what a filter lets through. */
  async show(filter) {
    if (filter === this.filter && this.matches !== null) return;
    this.filter = filter;
    this.reset();
    this.element.scrollTop = 0;
    this.chosen = 0;
    await this.page(0);
    this.draw();
  }

  /** The matching frames from `number * PAGE` on; loads them once. */
  page(number) {
    if (!this.pages.has(number)) {
      const loading = this.load(number);
      this.pages.set(number, loading);
      loading.catch((error) => this.onCount({ error: error.message }));
    }
    return Promise.resolve(this.pages.get(number));
  }

  async load(number) {
    const { generation, filter } = this;
    const answer = await fetch(`api/frames?from=${number * PAGE}&count=${PAGE}&${filter}`);
    if (!answer.ok) throw new Error(await answer.text());
    const found = await answer.json();
    if (generation !== this.generation) return found;
    this.matches = found.matches;
    this.pages.set(number, found);
    this.onCount(found, filter);
    // While frames are still being read, what is in sight goes on growing.
    if (found.indexed < found.total && !found.failure) this.later ??= setTimeout(() => this.refresh(), 1000);
    return found;
  }

  /** Asks again for the pages in sight, and forgets the others. */
  async refresh() {
    const { generation } = this;
    const numbers = new Set([...this.shown.keys()].map((place) => Math.floor(place / PAGE)));
    if (!numbers.size) numbers.add(0);
    for (const number of this.pages.keys()) if (!numbers.has(number)) this.pages.delete(number);
    // One after the other: a page of the grid must not hold up the pictures.
    for (const number of numbers) await this.load(number).catch((error) => this.onCount({ error: error.message }));
    if (generation !== this.generation) return;
    this.later = null;
    if ([...this.pages.values()].some((found) => found.indexed < found.total && !found.failure)) {
      this.later = setTimeout(() => this.refresh(), 1000);
    }
    this.draw();
  }

  layout() {
    const width = this.element.clientWidth - 24;
    const columns = Math.max(1, Math.floor(width / 250));
    const cell = Math.floor((width - (columns - 1) * GAP) / columns);
    const { width: w, height: h } = this.dataset.header;
    return { columns, cell, height: Math.round((cell * Math.min(h, w)) / Math.max(h, w)) + 26 };
  }

  /** Where the rows are: browsers do not lay out more than some 30 million pixels, so a long list moves faster than it is
      scrolled. */
  scroll() {
    const { columns, height } = this.layout();
    const rows = Math.ceil(this.matches / columns);
    const whole = rows * (height + GAP) + GAP;
    const paper = Math.min(whole, TALLEST);
    const view = this.element.clientHeight;
    const ratio = paper > view ? (whole - view) / (paper - view) : 1;
    return { rows, paper, view, ratio, top: this.element.scrollTop * ratio, shift: this.element.scrollTop * (1 - ratio) };
  }

  /** Draws once, however often it is asked for until then. */
  drawSoon() {
    this.request ??= requestAnimationFrame(() => {
      this.request = null;
      this.draw();
    });
  }

  draw() {
    if (this.matches === null || this.element.hidden) return;
    const { columns, cell, height } = this.layout();
    const { rows, paper, view, top, shift } = this.scroll();
    this.cells.style.width = `${columns * (cell + GAP) - GAP}px`;
    this.cells.style.height = `${paper}px`;
    const first = Math.max(0, Math.floor(top / (height + GAP)) - 1);
    const last = Math.min(rows, Math.ceil((top + view) / (height + GAP)) + 1);
    const wanted = new Set();
    for (let place = first * columns; place < Math.min(last * columns, this.matches); place++) wanted.add(place);
    for (const [place, link] of this.shown) {
      if (!wanted.has(place)) {
        // What is still loading would keep the pictures in sight waiting.
        link.firstChild.removeAttribute("src");
        link.remove();
        this.shown.delete(place);
      }
    }
    const missing = new Set();
    for (const place of wanted) {
      const found = this.pages.get(Math.floor(place / PAGE));
      if (!found || found instanceof Promise) {
        missing.add(Math.floor(place / PAGE));
        continue;
      }
      const entry = found.frames[place % PAGE];
      if (!entry) continue;
      const link = this.shown.get(place) ?? this.cell(entry, place);
      link.style.left = `${(place % columns) * (cell + GAP)}px`;
      link.style.top = `${GAP + Math.floor(place / columns) * (height + GAP) + shift}px`;
      link.style.width = `${cell}px`;
      link.style.height = `${height}px`;
      link.classList.toggle("chosen", place === this.chosen);
      const units = entry.matching !== entry.units ? `${entry.matching} of ${entry.units}` : `${entry.units}`;
      link.lastChild.lastChild.textContent = entry.units ? `${units} units` : "";
    }
    for (const number of missing) this.page(number).then(() => this.drawSoon(), () => {});
  }

  cell(entry, place) {
    const link = document.createElement("a");
    link.href = `#/frame/${entry.frame}`;
    const picture = document.createElement("img");
    picture.alt = `frame ${entry.frame}`;
    const plane = this.dataset.header.planes.some((plane) => plane.plane === "rgb") ? "rgb" : this.dataset.header.planes[0]?.plane;
    if (plane) picture.src = `image/${plane}/${entry.frame}?w=480`;
    const line = document.createElement("span");
    const number = document.createElement("b");
    number.textContent = String(entry.frame).padStart(6, "0");
    line.append(number, document.createElement("span"));
    link.append(picture, line);
    link.addEventListener("click", () => (this.chosen = place));
    this.cells.append(link);
    this.shown.set(place, link);
    return link;
  }

  /** Moves the choice by places, or rows of places. */
  move(places, rows) {
    const { columns, height } = this.layout();
    this.chosen = Math.min(Math.max(0, this.chosen + places + rows * columns), Math.max(0, this.matches - 1));
    const row = Math.floor(this.chosen / columns) * (height + GAP);
    const { top, view, ratio } = this.scroll();
    if (row < top) this.element.scrollTop = row / ratio;
    if (row + height + 2 * GAP > top + view) this.element.scrollTop = (row + height + 2 * GAP - view) / ratio;
    this.draw();
  }

  /** The frame at a place of the filtered list. */
  async frameAt(place) {
    if (place < 0 || place >= this.matches) return null;
    const found = await this.page(Math.floor(place / PAGE));
    return found.frames[place % PAGE]?.frame ?? null;
  }

  /** Makes a frame the chosen one, where it is in the list. */
  async choose(frame) {
    for (const [number, found] of this.pages) {
      if (found instanceof Promise) continue;
      const at = found.frames.findIndex((entry) => entry.frame === frame);
      if (at >= 0) {
        this.chosen = number * PAGE + at;
        return;
      }
    }
    if (!this.filter) this.chosen = frame - this.dataset.header.frames.start;
  }
}
