// One frame: pictures of its planes, layers over them, and the unit under the pointer.

import { describe, planogram } from "./details.js";
import { find, highlight, LAYERS, PICTURES } from "./layers.js";
import { idsOf } from "./masks.js";
import { about } from "./reading.js";

const $ = (id) => document.getElementById(id);

export class Frame {
  constructor(dataset) {
    this.dataset = dataset;
    const planes = new Set(dataset.header.planes.map((plane) => plane.plane));
    this.pictures = PICTURES.filter(({ plane }) => planes.has(plane));
    this.on = new Set(LAYERS.filter((layer) => layer.on).map((layer) => layer.key));
    if (this.pictures.length) this.on.add(this.pictures[0].key);
    this.opacity = 1;
    this.held = null;
    this.view = { scale: 1, x: 0, y: 0 };
    this.controls();
    this.pointer();
    new ResizeObserver(() => this.record && this.fit()).observe($("stage"));
  }

  /** Builds the switches. */
  controls() {
    const list = $("layers");
    for (const layer of [...LAYERS, ...this.pictures]) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.dataset.key = layer.key;
      box.checked = this.on.has(layer.key);
      box.addEventListener("change", () => this.toggle(layer.key));
      const key = document.createElement("kbd");
      key.textContent = layer.key;
      label.append(box, layer.name, key);
      list.append(label);
      if (layer.legend) {
        const legend = document.createElement("div");
        legend.className = "legend";
        const colors = document.createElement("i");
        colors.style.background = layer.legend[1];
        legend.append(layer.legend[0], colors, layer.legend[2]);
        list.append(legend);
      }
    }
    const line = document.createElement("div");
    line.className = "opacity";
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 10, max: 100, value: 100 });
    slider.setAttribute("aria-label", "Opacity of the planes over colour");
    slider.addEventListener("input", () => {
      this.opacity = slider.value / 100;
      this.arrange();
    });
    line.append("Planes", slider);
    list.append(line);
  }

  async show(number) {
    this.number = number;
    this.tip(null);
    $("failure").hidden = true;
    const answer = await fetch(`api/frame/${number}`);
    if (number !== this.number) return;
    if (!answer.ok) {
      $("failure").hidden = false;
      $("failure").textContent = await answer.text();
      return;
    }
    const record = await answer.json();
    if (number !== this.number) return;
    const isOther = this.record?.camera.width !== record.camera.width || this.record?.camera.height !== record.camera.height;
    this.record = record;
    this.ids = idsOf(record);
    this.held = this.chosen = null;
    this.state = { record, byId: new Map(record.instances.map((unit) => [unit.id, unit])), pixel: 1, chosen: null, unitAt: ([x, y]) => this.unitAt(x, y) };
    for (const layer of LAYERS) {
      const label = $("layers").querySelector(`[data-key="${layer.key}"]`).parentElement;
      label.classList.toggle("missing", !!layer.has && !layer.has(record));
    }
    $("shapes").firstElementChild.replaceChildren();
    this.shaped = new Map();
    planogram($("shelf"), record, (unit) => this.held || this.choose(unit));
    if (isOther) this.fit();
    this.arrange();
    this.choose(null);
  }

  /** Lays the pictures of the planes over each other. */
  arrange() {
    if (!this.record) return;
    const { width, height } = this.record.camera;
    $("paper").style.width = `${width}px`;
    $("paper").style.height = `${height}px`;
    const wanted = this.pictures.filter((picture) => this.on.has(picture.key));
    const images = wanted.map((picture, i) => {
      const source = `image/${picture.plane}/${this.number}`;
      const old = [...$("pictures").children].find((image) => image.getAttribute("src") === source);
      const image = old ?? Object.assign(new Image(), { src: source, alt: picture.name, draggable: false });
      image.style.opacity = i > 0 ? this.opacity : 1;
      return image;
    });
    $("pictures").replaceChildren(...images);
  }

  /** Switches the layer of a key; false if there is none. */
  toggle(key) {
    if (![...LAYERS, ...this.pictures].some((layer) => layer.key === key)) return false;
    if (!this.on.delete(key)) this.on.add(key);
    $("layers").querySelector(`[data-key="${key}"]`).checked = this.on.has(key);
    this.arrange();
    this.draw();
    return true;
  }

  fit() {
    if (!this.record || $("frame").hidden) return;
    const { width, height } = this.record.camera;
    const { clientWidth, clientHeight } = $("stage");
    const scale = Math.min(clientWidth / width, clientHeight / height);
    this.view = { scale, x: (clientWidth - width * scale) / 2, y: (clientHeight - height * scale) / 2 };
    this.place();
  }

  place() {
    const { scale, x, y } = this.view;
    $("paper").style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    $("paper").classList.toggle("close", scale > 3);
    const { width, height } = this.record.camera;
    const { clientWidth, clientHeight } = $("stage");
    // Print that lies beyond the picture is in the record, and of no use here.
    $("shapes").style.clipPath = `inset(${y}px ${clientWidth - x - width * scale}px ${clientHeight - y - height * scale}px ${x}px)`;
    $("shapes").firstElementChild.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.request);
    this.request = requestAnimationFrame(() => {
      if (!this.record) return;
      const canvas = $("overlay");
      const ratio = devicePixelRatio;
      canvas.width = $("stage").clientWidth * ratio;
      canvas.height = $("stage").clientHeight * ratio;
      const context = canvas.getContext("2d");
      const { scale, x, y } = this.view;
      context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
      context.imageSmoothingEnabled = scale < 2;
      // One pixel of the screen, in pixels of the frame.
      Object.assign(this.state, { pixel: 1 / scale, chosen: this.chosen, isReading: [...this.shaped.keys()].some((layer) => this.on.has(layer.key)) });
      for (const layer of LAYERS) {
        const isOn = this.on.has(layer.key) && (!layer.has || layer.has(this.record));
        if (layer.shapes) this.shape(layer, isOn);
        if (!isOn || !layer.draw) continue;
        context.save();
        layer.draw(context, this.state);
        context.restore();
      }
      highlight(context, this.state);
    });
  }

  /** Shows or hides a layer's shapes; they are made when they are first seen. */
  shape(layer, isOn) {
    if (isOn && !this.shaped.has(layer)) {
      const shapes = layer.shapes(this.record);
      this.shaped.set(layer, shapes);
      $("shapes").firstElementChild.append(...shapes);
      this.mark();
    }
    for (const shape of this.shaped.get(layer) ?? []) shape.style.display = isOn ? "" : "none";
  }

  /** Tells the shapes of the chosen unit from the others. */
  mark() {
    $("shapes").classList.toggle("choosing", this.held !== null);
    for (const shape of $("shapes").firstElementChild.children) {
      shape.classList.toggle("chosen", this.held !== null && Number(shape.dataset.unit) === this.held.id);
    }
  }

  /** Marks the shape of a print that is pointed at elsewhere. */
  point(print) {
    for (const shape of $("shapes").firstElementChild.children) shape.classList.toggle("pointed", print !== null && shape.print === print);
  }

  choose(unit) {
    this.chosen = unit;
    describe($("unit"), unit, this.record, (print) => this.point(print));
    this.mark();
    for (const cell of $("shelf").querySelectorAll(".cell")) {
      cell.classList.toggle("chosen", unit !== null && Number(cell.dataset.id) === unit.id);
    }
    this.draw();
  }

  /** Lets go of a held unit; false if none is. */
  release() {
    const had = this.held !== null;
    this.held = null;
    this.choose(null);
    this.tip(null);
    return had;
  }

  /** Number of the unit at a place of the frame; 0 for none. */
  unitAt(x, y) {
    const { width, height } = this.record.camera;
    return x >= 0 && y >= 0 && x < width && y < height ? this.ids[Math.floor(y) * width + Math.floor(x)] : 0;
  }

  /** Says beside the pointer what is there. */
  tip(found, event) {
    const tip = $("tip");
    tip.hidden = !found;
    if (!found) return;
    const title = document.createElement("b");
    title.textContent = found.title;
    const lines = found.lines.filter(Boolean).map((line) => Object.assign(document.createElement("span"), { textContent: line }));
    tip.replaceChildren(title, ...lines);
    const area = $("stage").getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top];
    tip.style.left = `${Math.max(0, Math.min(x + 16, area.width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > area.height ? y - tip.offsetHeight - 10 : y + 18}px`;
  }

  pointer() {
    const stage = $("stage");
    let drag = null;
    const placeOf = (event) => {
      const area = stage.getBoundingClientRect();
      return [(event.clientX - area.left - this.view.x) / this.view.scale, (event.clientY - area.top - this.view.y) / this.view.scale];
    };
    const unitAt = (event) => {
      if (!this.record) return null;
      return this.state.byId.get(this.unitAt(...placeOf(event))) ?? null;
    };
    stage.addEventListener("pointerdown", (event) => {
      this.tip(null);
      drag = { x: event.clientX, y: event.clientY, moved: false };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (drag && (drag.moved || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4)) {
        this.view.x += event.clientX - drag.x;
        this.view.y += event.clientY - drag.y;
        drag = { x: event.clientX, y: event.clientY, moved: true };
        this.place();
      } else if (!drag && this.record) {
        const unit = unitAt(event);
        if (!this.held && unit !== this.chosen) this.choose(unit);
        this.tip(event.target.print ? about(event.target.print) : find(placeOf(event), this.on, this.state), event);
      }
    });
    stage.addEventListener("pointerup", (event) => {
      if (drag && !drag.moved) {
        this.held = unitAt(event);
        this.choose(this.held);
      }
      drag = null;
    });
    stage.addEventListener("pointerleave", () => {
      this.tip(null);
      if (!this.held && !drag) this.choose(null);
    });
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const area = stage.getBoundingClientRect();
      const [px, py] = [event.clientX - area.left, event.clientY - area.top];
      const factor = Math.exp(-event.deltaY * 0.0015);
      const scale = Math.min(40, Math.max(0.05, this.view.scale * factor));
      const ratio = scale / this.view.scale;
      this.view = { scale, x: px - (px - this.view.x) * ratio, y: py - (py - this.view.y) * ratio };
      this.place();
    }, { passive: false });
  }
}
