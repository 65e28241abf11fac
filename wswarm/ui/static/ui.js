"use strict";

const SVG = "http://www.w3.org/2000/svg";
const ROOM = { top: 26, right: 14, bottom: 40, left: 66 };
const TALL = 300;
const COLOURS = 8;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function placing(scale, from, to) {
  const bend = scale.is_log ? Math.log10 : (value) => value;
  const low = bend(scale.low);
  const span = bend(scale.high) - low || 1;
  return (value) => from + ((bend(value) - low) / span) * (to - from);
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.data = JSON.parse(figure.dataset.chart);
    this.plot = figure.querySelector(".plot");
    this.reading = figure.querySelector(".reading");
    this.hidden = new Set();
    this.at = null;
    this.addLegend(figure.querySelector(".legend"));
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  addLegend(legend) {
    this.data.series.forEach((series, number) => {
      const button = document.createElement("button");
      const colour = document.createElement("i");
      button.type = "button";
      colour.className = `c${number % COLOURS}`;
      button.append(colour, series.name);
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        if (!this.hidden.delete(number)) this.hidden.add(number);
        button.setAttribute("aria-pressed", String(!this.hidden.has(number)));
        this.draw();
      });
      legend.append(button);
    });
  }

  draw() {
    const width = this.plot.clientWidth;
    if (!width) return;
    this.x = placing(this.data.x, ROOM.left, width - ROOM.right);
    this.y = placing(this.data.y, TALL - ROOM.bottom, ROOM.top);
    const svg = element("svg", { viewBox: `0 0 ${width} ${TALL}`, height: TALL, tabindex: 0, role: "img", "aria-label": this.data.title });
    this.addScales(svg, width);
    this.data.series.forEach((series, number) => {
      if (!this.hidden.has(number)) this.addSeries(svg, series, number);
    });
    this.data.marks.forEach((mark) => this.addMark(svg, mark));
    this.now = element("g", {});
    svg.append(this.now);
    svg.addEventListener("pointermove", (event) => this.point(event, svg));
    svg.addEventListener("pointerdown", (event) => this.point(event, svg));
    svg.addEventListener("dblclick", () => this.at && this.at.link && location.assign(this.at.link));
    svg.addEventListener("keydown", (event) => this.step(event));
    svg.addEventListener("focus", () => this.at || this.show(this.spots()[0]));
    this.plot.replaceChildren(svg);
  }

  addScales(svg, width) {
    for (const [value, words] of this.data.y.ticks) {
      const y = this.y(value);
      svg.append(element("line", { class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: y, y2: y }));
      svg.append(element("text", { x: ROOM.left - 6, y: y + 4, "text-anchor": "end" }, words));
    }
    let free = 0;
    for (const [value, words] of this.data.x.ticks) {
      const x = this.x(value);
      const half = words.length * 3.4 + 4;
      svg.append(element("line", { class: "grid", x1: x, x2: x, y1: TALL - ROOM.bottom, y2: TALL - ROOM.bottom + 5 }));
      if (x - half < free || x + half > width + 4) continue;
      svg.append(element("text", { x, y: TALL - ROOM.bottom + 18, "text-anchor": "middle" }, words));
      free = x + half;
    }
    svg.append(element("text", { x: (ROOM.left + width - ROOM.right) / 2, y: TALL - 5, "text-anchor": "middle" }, this.data.x.label));
  }

  addSeries(svg, series, number) {
    const group = element("g", { class: `c${number % COLOURS}` });
    const spots = series.points.map(([x, y]) => [this.x(x), this.y(Math.max(y, this.data.y.is_log ? this.data.y.low : y))]);
    if (series.look !== "points" && spots.length > 1) {
      const corners = spots.map(([x, y], place) => (place === 0 ? `M${x} ${y}` : series.look === "step" ? `H${x}V${y}` : `L${x} ${y}`));
      group.append(element("path", { class: "line", d: corners.join("") }));
    }
    const areDots = series.look === "points" || series.points.some((point) => point[3]);
    spots.forEach(([x, y], place) => {
      if (areDots) group.append(element("circle", { class: series.points[place][4] ? "dot doubtful" : "dot", cx: x, cy: y, r: 3.5 }));
    });
    svg.append(group);
  }

  addMark(svg, mark) {
    const text = element("text", { class: `mark ${mark.outcome.replace(" ", "-")}`, x: this.x(mark.x), y: 16 });
    text.append(element("title", {}, mark.words));
    if (mark.link) {
      const link = element("a", { href: mark.link, "aria-label": mark.words });
      link.textContent = mark.sign;
      text.append(link);
    } else text.append(mark.sign);
    for (const event of ["pointerenter", "focusin"]) text.addEventListener(event, () => (this.reading.textContent = mark.words));
    svg.append(text);
  }

  spots() {
    return this.data.series.flatMap((series, number) =>
      this.hidden.has(number) ? [] : series.points.map(([x, y, words, link]) => ({ x, y, words, link, number, name: series.name }))
    );
  }

  point(event, svg) {
    if (event.target.closest && event.target.closest(".mark")) return;
    const box = svg.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    let least = Infinity;
    for (const spot of this.spots()) {
      const away = Math.abs(this.x(spot.x) - left) * 3 + Math.abs(this.y(spot.y) - top);
      if (away < least) [best, least] = [spot, away];
    }
    this.show(best);
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && this.at && this.at.link) location.assign(this.at.link);
    if (!by) return;
    event.preventDefault();
    const spots = this.spots();
    const place = this.at ? spots.findIndex((one) => one.x === this.at.x && one.number === this.at.number && one.words === this.at.words) : -1;
    this.show(spots[Math.min(Math.max(place + by, 0), spots.length - 1)]);
  }

  show(spot) {
    if (!spot) return;
    this.at = spot;
    const beside = this.data.series
      .map((series, number) => ({ series, number }))
      .filter(({ number }) => !this.hidden.has(number) && number !== spot.number)
      .flatMap(({ series }) => series.points.filter((point) => point[0] === spot.x).slice(0, 1).map((point) => `${series.name}: ${point[2]}`));
    const own = `${spot.name}: ${spot.words}`;
    this.reading.textContent = [own, ...(spot.link ? [] : beside)].join("  |  ");
    this.reading.dataset.value = spot.y;
    if (spot.link) {
      const link = document.createElement("a");
      link.href = spot.link;
      link.textContent = "open";
      this.reading.append(" ", link);
    }
    const [x, y] = [this.x(spot.x), this.y(spot.y)];
    this.now.replaceChildren(
      element("line", { class: "cursor", x1: x, x2: x, y1: ROOM.top, y2: TALL - ROOM.bottom }),
      element("circle", { class: "now", cx: x, cy: y, r: 6 })
    );
  }
}

function watch(page) {
  const part = (name) => document.getElementById(name);
  const follow = async () => {
    let told;
    try {
      told = await (await fetch("/progress")).json();
    } catch {
      part("state").textContent = "not reachable";
      setTimeout(follow, 2000);
      return;
    }
    if (told.state === "none") return;
    const lines = part("lines");
    const isAtEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 30;
    lines.textContent = told.lines.join("\n");
    if (isAtEnd) lines.scrollTop = lines.scrollHeight;
    part("state").textContent = told.state;
    part("elapsed").textContent = told.elapsed;
    page.dataset.state = told.state;
    if (told.state !== "ended") {
      setTimeout(follow, 1000);
      return;
    }
    part("state").className = `badge ${told.code === 0 ? "valid" : "invalid"}`;
    part("meaning").textContent = `exit code ${told.code}: ${told.meaning}`;
    part("stop").hidden = true;
    if (told.report) {
      part("report").href = told.report;
      part("report").hidden = false;
    }
  };
  if (page.dataset.state !== "ended") setTimeout(follow, 500);
}

document.querySelectorAll("figure.chart").forEach((figure) => new Chart(figure));
const watched = document.getElementById("watch");
if (watched) watch(watched);
