"use strict";
(() => {
  const UNKNOWN = "–";
  const HINT = "Point, tap or use the arrow keys for values; drag across or upwards to zoom.";
  const OLD = "This browser can't draw charts: it takes one of 2023 or later. The tables below have the figures.";
  const PAPER = { whole: [680, 270], half: [325, 270] }; // what of A4 is left between its margins
  const POLL_MS = 1000;
  const kept = { hidden: new Set(), zoom: new Map() }; // what a reader has chosen, by figure and series, by axis
  let figures = [];

  // Figures in words, as the summary has them: see report/format.py.

  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const threeDigits = (value) => grouped(value, Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2);

  const scaled = (value, units) => {
    if (value === null || !Number.isFinite(value)) return UNKNOWN;
    if (value === 0) return `0 ${units[0][1]}`;
    const rounded = Number(value.toPrecision(3));
    const [factor, unit] = [...units].reverse().find(([least]) => Math.abs(rounded) >= least * (1 - 1e-9)) ?? units[0];
    const shown = threeDigits(rounded / factor);
    return shown === "0.00" ? `< 0.01 ${unit}` : `${shown} ${unit}`;
  };

  const number = (value) => {
    if (value === null || !Number.isFinite(value)) return UNKNOWN;
    if (Number.isInteger(value) || Math.abs(value) >= 1e4) return grouped(value, 0);
    return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 20 });
  };

  const SIZES = [[1, "B"], [1e3, "KB"], [1e6, "MB"], [1e9, "GB"], [1e12, "TB"]];
  const TIMES = [[1e-6, "µs"], [1e-3, "ms"], [1, "s"]];
  const format = {
    time: (value) => scaled(value, TIMES),
    second: (value) => (value === null ? UNKNOWN : `${number(value)} s`),
    count: number,
    number,
    rate: (value) => (value === null ? UNKNOWN : `${number(value)}/s`),
    size: (value) => (value !== null && Math.abs(value) < 1e3 && Number.isInteger(value) ? `${value} B` : scaled(value, SIZES)),
    share: (value) => (value === null ? UNKNOWN : `${Number((100 * value).toFixed(2))} %`),
    percentile: (value) => `p${Number((100 * (1 - 1 / value)).toFixed(4))}`,
  };
  const tick = (kind, value, greatest) => {
    if (kind !== "time") return kind === "second" ? number(value) : format[kind](value);
    const [factor, unit] = [...TIMES].reverse().find(([least]) => greatest >= least * 0.9999) ?? TIMES[0];
    return `${Number((value / factor).toPrecision(6))} ${unit}`;
  };

  // Colours follow the page, which follows the system.

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const faint = (name, percent) => `color-mix(in srgb, ${colour(name)} ${percent}%, transparent)`;

  const element = (kind, text, changes = {}) => Object.assign(document.createElement(kind), { textContent: text, ...changes });

  // One figure: a chart, the buttons of its series, and the element that shows values.

  class Figure {
    constructor(node, data) {
      this.node = node;
      this.plot = node.querySelector(".plot");
      this.readout = node.querySelector(".readout");
      this.cursor = null; // a value on the axis that is read along
      this.drag = null;
      this.load(data);
      this.buttons();
      this.chart = new Chart(node.querySelector("canvas"), this.config());
      this.listen();
      this.point(null);
    }

    load(data) {
      this.frames = data.frames;
      this.about = data.charts[Number(this.node.dataset.chart)];
      this.isLying = this.about.series.some((one) => one.look === "outline");
    }

    axis(way) { return this.about[way]; }
    key(way) { return `${this.node.dataset.run} ${this.axis(way).group ?? `${this.node.id} ${way}`}`; }
    hiddenKey(series) { return `${this.node.id} ${series.name.split(" (")[0]}`; }
    isShown(series) { return !kept.hidden.has(this.hiddenKey(series)); }

    buttons() {
      const legend = this.node.querySelector(".legend");
      legend.replaceChildren(...this.about.series.map((series) => {
        const button = element("button", "", { type: "button" });
        const swatch = element("span", "", { className: `swatch ${series.look} ${series.colour}` });
        button.append(swatch, series.name);
        button.setAttribute("aria-pressed", String(this.isShown(series)));
        button.addEventListener("click", () => this.toggle(series, button));
        return button;
      }));
      const reset = element("button", "Reset zoom", { type: "button", className: "reset", hidden: true });
      reset.addEventListener("click", () => { zoom(this.key("x"), null); zoom(this.key("y"), null); });
      legend.append(reset);
    }

    toggle(series, button) {
      const key = this.hiddenKey(series);
      if (!kept.hidden.delete(key)) kept.hidden.add(key);
      button.setAttribute("aria-pressed", String(this.isShown(series)));
      this.draw();
      this.point(this.cursor);
    }

    points(series) {
      const frame = this.frames[series.frame];
      const [x, y, until] = [frame[series.x], frame[series.y], frame[series.until_x]];
      if (series.look === "outline") {
        return x.flatMap((low, place) => [{ x: 0, y: low }, { x: y[place], y: low }, { x: y[place], y: until[place] }, { x: 0, y: until[place] }]);
      }
      if (series.look === "spans") {
        return x.flatMap((from, place) => [{ x: from, y: y[place] }, { x: until[place], y: y[place] }, { x: until[place], y: NaN }]);
      }
      const found = x.map((at, place) => ({ x: at, y: y[place] ?? NaN }));
      if (series.look === "step" && found.length > 0) { // the last one holds as long as those before
        const last = found[found.length - 1];
        const width = found.length > 1 ? last.x - found[found.length - 2].x : 1;
        found.push({ x: Math.min(last.x + width, this.axis("x").high ?? Infinity), y: last.y });
      }
      return found;
    }

    dataset(series) {
      const isPoints = series.look === "points";
      const line = colour(series.colour);
      return {
        label: series.name,
        data: this.points(series),
        hidden: !this.isShown(series),
        borderColor: line,
        backgroundColor: isPoints ? faint(series.colour, 75) : faint(series.colour, series.look === "outline" ? 30 : 18),
        borderWidth: { outline: 0.6, spans: 4, points: 0 }[series.look] ?? 2,
        borderDash: series.is_dashed ? [6, 4] : [],
        pointRadius: isPoints ? (this.frames[series.frame][series.x].length > 600 ? 1.6 : 3) : 0,
        pointHoverRadius: 0,
        pointBorderWidth: 0,
        showLine: !isPoints,
        stepped: ["step", "area"].includes(series.look) ? "before" : false,
        fill: series.look === "area" ? "origin" : series.look === "outline" ? "shape" : false,
        segment: series.dotted_from === null ? {} : { borderDash: (part) => (part.p1.parsed.x > series.dotted_from ? [2, 4] : undefined) },
      };
    }

    scale(way) {
      const axis = this.axis(way);
      const zoomed = kept.zoom.get(this.key(way));
      const ticks = {
        color: colour("grey"),
        maxRotation: 0,
        autoSkipPadding: 14,
        includeBounds: false,
        callback: (value) => tick(axis.kind, value, axis.high ?? value),
      };
      return {
        type: axis.is_log ? "logarithmic" : "linear",
        min: zoomed?.[0] ?? axis.low ?? undefined,
        max: zoomed?.[1] ?? axis.high ?? undefined,
        grace: axis.high === null ? "6%" : 0,
        title: { display: true, text: axis.label, color: colour("ink") },
        ticks,
        grid: { color: colour("grid"), drawTicks: true },
        border: { color: colour("grey") },
        afterBuildTicks: (scale) => this.chooseTicks(scale, axis),
      };
    }

    chooseTicks(scale, axis) {
      if (!axis.is_log) return;
      const steps = axis.kind === "percentile" ? [1] : scale.max / scale.min > 200 ? [1, 3] : [1, 2, 5];
      const found = axis.kind === "percentile" ? [1, 2, 4] : [];
      for (let power = Math.floor(Math.log10(scale.min)); power <= Math.log10(scale.max); power += 1) {
        for (const step of steps) if (axis.kind !== "percentile" || power > 0) found.push(step * 10 ** power);
      }
      scale.ticks = found.filter((value) => value >= scale.min && value <= scale.max).map((value) => ({ value }));
    }

    config() {
      return {
        type: "line",
        data: { datasets: this.about.series.map((series) => this.dataset(series)) },
        options: {
          animation: false,
          responsive: true,
          maintainAspectRatio: false,
          events: [],
          spanGaps: false,
          layout: { padding: { top: 16, right: 8 } },
          scales: { x: this.scale("x"), y: this.scale("y") },
          plugins: { legend: { display: false }, tooltip: { enabled: false }, decimation: { enabled: false } },
        },
        plugins: [{ id: "own", beforeDatasetsDraw: (chart) => this.drawPhases(chart), afterDraw: (chart) => this.drawOver(chart) }],
      };
    }

    draw() {
      this.chart.data.datasets = this.about.series.map((series) => this.dataset(series));
      this.chart.options.scales = { x: this.scale("x"), y: this.scale("y") };
      this.chart.update("none");
      this.node.querySelector(".reset").hidden = !["x", "y"].some((way) => kept.zoom.has(this.key(way)));
    }

    drawPhases(chart) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.font = "11px system-ui, sans-serif";
      ctx.textAlign = "center";
      for (const [name, from, to] of this.about.phases) {
        const [left, right] = [from, to].map((value) => Math.max(area.left, Math.min(area.right, scales.x.getPixelForValue(value))));
        if (right <= left) continue;
        if (name !== "hold") {
          ctx.fillStyle = faint("grey", 12);
          ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
        }
        if (ctx.measureText(name).width + 8 < right - left) {
          ctx.fillStyle = colour("grey");
          ctx.fillText(name, (left + right) / 2, area.top - 5);
        }
      }
      ctx.restore();
    }

    drawOver(chart) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      if (this.cursor !== null) {
        const at = (this.isLying ? scales.y : scales.x).getPixelForValue(this.cursor);
        ctx.strokeStyle = colour("grey");
        ctx.beginPath();
        ctx.moveTo(this.isLying ? area.left : at, this.isLying ? at : area.top);
        ctx.lineTo(this.isLying ? area.right : at, this.isLying ? at : area.bottom);
        ctx.stroke();
      }
      if (this.drag?.way) {
        const [from, to] = [this.drag.from, this.drag.to];
        ctx.fillStyle = faint("blue", 20);
        if (this.drag.way === "x") ctx.fillRect(from.x, area.top, to.x - from.x, area.bottom - area.top);
        else ctx.fillRect(area.left, from.y, area.right - area.left, to.y - from.y);
      }
      ctx.restore();
    }

    // Values: where the pointer or the keyboard is.

    place(series) {
      const frame = this.frames[series.frame];
      const at = frame[series.x];
      if (at.length === 0) return -1;
      if (["step", "area", "outline"].includes(series.look)) {
        let found = -1;
        while (found + 1 < at.length && at[found + 1] <= this.cursor) found += 1;
        return found;
      }
      if (series.look === "spans") return at.findIndex((from, place) => from <= this.cursor && this.cursor < frame[series.until_x][place]);
      const away = at.map((value) => Math.abs(value - this.cursor));
      return away.indexOf(Math.min(...away));
    }

    point(value) {
      this.cursor = value;
      if (value === null) {
        this.readout.replaceChildren(...(this.node.previousElementSibling ? [] : [element("span", HINT, { className: "grey" })]));
      } else {
        const shown = this.about.series.filter((series) => this.isShown(series));
        this.readout.replaceChildren(element("b", this.where(shown)), ...shown.map((series) => this.said(series)));
      }
      this.chart.draw();
    }

    where(shown) {
      const axis = this.axis(this.isLying ? "y" : "x");
      const first = shown[0];
      const place = first ? this.place(first) : -1;
      if (place < 0) return format[axis.kind](this.cursor);
      const frame = this.frames[first.frame];
      if (first.look === "outline") return `${format.time(frame[first.x][place])} to ${format.time(frame[first.until_x][place])}`;
      return format[axis.kind](frame[first.x][place]);
    }

    said(series) {
      const place = this.place(series);
      const value = place < 0 ? null : this.frames[series.frame][series.y][place] ?? null;
      const line = element("span", "", { className: "said" });
      line.append(element("span", "", { className: `swatch ${series.look} ${series.colour}` }), `${series.name.split(" (")[0]} `);
      const kind = this.isLying ? "count" : this.axis("y").kind;
      line.append(element("data", format[kind](value), { value: value === null ? "" : String(value) }));
      return line;
    }

    pointAll(value) {
      const group = this.axis("x").group;
      for (const one of figures) {
        const isBeside = group !== null && group !== undefined && !this.isLying && one.axis("x").group === group && one.node.dataset.run === this.node.dataset.run;
        if (one === this || isBeside) one.point(value);
      }
    }

    step(by) {
      const series = this.about.series.find((one) => this.isShown(one));
      if (!series) return;
      const at = this.frames[series.frame][series.x];
      const here = this.cursor === null ? (by > 0 ? -1 : at.length) : this.place(series);
      const next = Math.max(0, Math.min(at.length - 1, here + by));
      if (at.length > 0) this.pointAll(at[next]);
    }

    // Pointer and keys.

    listen() {
      const at = (event) => {
        const box = this.chart.canvas.getBoundingClientRect();
        const area = this.chart.chartArea;
        return {
          x: Math.max(area.left, Math.min(area.right, event.clientX - box.left)),
          y: Math.max(area.top, Math.min(area.bottom, event.clientY - box.top)),
        };
      };
      this.plot.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        this.drag = { from: at(event), to: at(event), way: null };
        this.plot.setPointerCapture(event.pointerId);
      });
      this.plot.addEventListener("pointermove", (event) => {
        const here = at(event);
        if (this.drag) this.dragTo(here);
        const { x, y } = this.chart.scales;
        this.pointAll(this.isLying ? y.getValueForPixel(here.y) : x.getValueForPixel(here.x));
      });
      this.plot.addEventListener("pointerup", () => this.release());
      this.plot.addEventListener("pointercancel", () => { this.drag = null; this.chart.draw(); });
      this.plot.addEventListener("pointerleave", () => { if (!this.drag && document.activeElement !== this.plot) this.pointAll(null); });
      this.plot.addEventListener("dblclick", () => { zoom(this.key("x"), null); zoom(this.key("y"), null); });
      this.plot.addEventListener("focus", () => { if (this.cursor === null) this.step(1); });
      this.plot.addEventListener("blur", () => this.pointAll(null));
      this.plot.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        this.step(by);
      });
    }

    dragTo(here) {
      const { from } = this.drag;
      const [across, along] = [Math.abs(here.x - from.x), Math.abs(here.y - from.y)];
      this.drag.to = here;
      this.drag.way = Math.max(across, along) < 8 ? null : across >= along ? "x" : "y";
    }

    release() {
      const drag = this.drag;
      this.drag = null;
      if (!drag?.way) { this.chart.draw(); return; }
      const scale = this.chart.scales[drag.way];
      const ends = [drag.from, drag.to].map((place) => scale.getValueForPixel(place[drag.way]));
      zoom(this.key(drag.way), ends.sort((one, other) => one - other));
    }
  }

  const zoom = (key, ends) => {
    if (ends === null) kept.zoom.delete(key);
    else kept.zoom.set(key, ends);
    for (const one of figures) if (["x", "y"].some((way) => one.key(way) === key)) one.draw();
  };

  // Tables that sort.

  const fill = (listing) => {
    const data = dataOf(listing.dataset.run);
    const about = data.tables[Number(listing.dataset.table)];
    const frame = data.frames[about.frame];
    const heads = [...listing.querySelectorAll("th")];
    const sorted = heads.findIndex((head) => head.ariaSort !== "none");
    const places = frame[about.columns[0][0]].map((_, place) => place);
    if (sorted >= 0) {
      const values = frame[about.columns[sorted][0]];
      const sign = heads[sorted].ariaSort === "ascending" ? 1 : -1;
      places.sort((one, other) => {
        if (values[one] === null || values[other] === null) return (values[one] === null) - (values[other] === null);
        return sign * (values[one] - values[other]) || one - other;
      });
    }
    listing.querySelector("tbody").replaceChildren(...places.map((place) => {
      const row = document.createElement("tr");
      row.append(...about.columns.map(([name, , kind]) => element("td", format[kind](frame[name][place]))));
      return row;
    }));
  };

  const sortable = (listing) => {
    const fillIfOpen = () => { if (listing.open) fill(listing); };
    listing.addEventListener("toggle", fillIfOpen);
    for (const head of listing.querySelectorAll("th")) {
      head.querySelector("button").addEventListener("click", () => {
        const next = head.ariaSort === "ascending" ? "descending" : "ascending";
        for (const one of listing.querySelectorAll("th")) one.ariaSort = "none";
        head.ariaSort = next;
        fill(listing);
      });
    }
    fillIfOpen();
  };

  const copyable = (button) => {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copies);
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch { // where a browser keeps its clipboard from scripts, what is selected can be copied by hand
        getSelection().selectAllChildren(source);
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  };

  const parsed = new Map();
  const dataOf = (run) => {
    if (!parsed.has(run)) parsed.set(run, JSON.parse(document.getElementById(`${run}-data`).textContent));
    return parsed.get(run);
  };

  const start = () => {
    for (const one of figures) one.chart.destroy();
    figures = [];
    if (typeof Chart !== "undefined") {
      Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
      for (const node of document.querySelectorAll("figure.chart")) figures.push(new Figure(node, dataOf(node.dataset.run)));
    } else {
      for (const plot of document.querySelectorAll("figure.chart .plot")) plot.replaceWith(element("p", OLD, { className: "grey" }));
    }
    document.querySelectorAll("details.listing").forEach(sortable);
    document.querySelectorAll("[data-copies]").forEach(copyable);
    document.documentElement.dataset.ready = "yes";
  };

  const repaint = () => { for (const one of figures) one.draw(); };

  // While the run goes on, the page asks for itself and takes over what has changed.

  const shape = (page) => [...page.querySelectorAll("figure.chart, details.listing, [data-renewed]")].map((one) => one.id || one.dataset.renewed || one.dataset.table).join(" ");

  const renew = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const isSame = shape(page) === shape(document);
    document.title = page.title;
    parsed.clear();
    if (page.documentElement.dataset.live === undefined) delete document.documentElement.dataset.live;
    if (!isSame) {
      document.body.replaceChildren(...page.body.children);
      start();
      return;
    }
    for (const old of document.querySelectorAll("[data-renewed]")) {
      const fresh = page.querySelector(`[data-renewed="${old.dataset.renewed}"]`);
      old.className = fresh.className;
      old.replaceChildren(...fresh.childNodes);
    }
    for (const data of document.querySelectorAll("script.figures")) data.textContent = page.getElementById(data.id).textContent;
    for (const one of figures) { one.load(dataOf(one.node.dataset.run)); one.draw(); one.point(one.cursor); }
    for (const listing of document.querySelectorAll("details.listing[open]")) fill(listing);
  };

  const watch = async () => {
    while (document.documentElement.dataset.live !== undefined) {
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      try {
        const answer = await fetch(`${location.pathname}?again`, { cache: "no-store" });
        if (answer.ok) renew(await answer.text());
      } catch { // the command is gone
        delete document.documentElement.dataset.live;
        const status = document.querySelector(".status");
        if (status) status.textContent = "wswarm has ended; the report's folder has the whole page";
      }
    }
  };

  const unpack = async () => {
    const packed = document.getElementById("library");
    if (packed === null || typeof DecompressionStream === "undefined") return;
    const bytes = Uint8Array.from(atob(packed.textContent), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    document.head.append(element("script", await new Response(stream).text()));
  };

  const begin = async () => {
    await unpack();
    start();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    addEventListener("beforeprint", () => {
      document.documentElement.dataset.paper = "yes";
      repaint();
      for (const one of figures) one.chart.resize(...(one.node.matches(".percentiles, .histogram") ? PAPER.half : PAPER.whole));
    });
    addEventListener("afterprint", () => {
      delete document.documentElement.dataset.paper;
      repaint();
      for (const one of figures) one.chart.resize();
    });
    watch();
  };

  begin();
})();
