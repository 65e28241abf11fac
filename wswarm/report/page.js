"use strict";
(() => {
  const UNKNOWN = "–";
  const HINT = "Point, tap or use the arrow keys for values; drag across or upwards to zoom.";
  const OLD = "This browser can't draw charts: it takes one of 2023 or later. The tables below have the figures.";
  const PAPER = { whole: [680, 270], half: [325, 270] }; // what of A4 is left between its margins
  const POLL_MS = 1000;
  const MARKERS = { circle: "circle", cross: "crossRot", diamond: "rectRot", dot: "circle", tick: "line" };
  const OWN = ["bars", "signs"]; // what is drawn here, not by the library
  const SHADED = ["ramp", "warm-up", "drain"];
  const ROW_REM = 3; // the height of a row that has a name
  const MOST_SAID = 8; // values at one place
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
  const change = (value) => {
    if (value === null) return UNKNOWN;
    if (value >= 10) return `×${number(value)}`;
    const percent = (100 * (value - 1)).toFixed(1);
    return `${percent.startsWith("-") ? `−${percent.slice(1)}` : `+${percent}`} %`;
  };
  const moment = (value) => (value === null ? UNKNOWN : new Date(1000 * value).toISOString().slice(0, 16).replace("T", " "));

  const format = {
    time: (value) => scaled(value, TIMES),
    second: (value) => (value === null ? UNKNOWN : `${number(value)} s`),
    count: number,
    number,
    rate: (value) => (value === null ? UNKNOWN : `${number(value)}/s`),
    size: (value) => (value !== null && Math.abs(value) < 1e3 && Number.isInteger(value) ? `${value} B` : scaled(value, SIZES)),
    share: (value) => (value === null ? UNKNOWN : `${Number((100 * value).toFixed(2))} %`),
    percentile: (value) => `p${Number((100 * (1 - 1 / value)).toFixed(4))}`,
    change,
    cores: (value) => number(value === null ? null : Number(value.toPrecision(3))),
    load: (value) => (value === null ? UNKNOWN : Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 20 })),
    date: moment,
  };
  const shortly = { second: number, cores: (value) => String(Number(value.toPrecision(6))), change: (value) => (Math.abs(value - 1) < 1e-9 ? "0 %" : change(value).replace(".0 %", " %")) };
  const tick = (kind, value, greatest) => {
    if (kind !== "time") return (shortly[kind] ?? format[kind])(value);
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
      this.isLying = this.about.is_lying;
      this.stopsKept = null;
      this.rows = this.isLying ? this.axis("y").names.length : 0; // that have names
      if (this.rows > 0) this.plot.style.height = `${ROW_REM * this.rows + 5}rem`;
    }

    renew() {
      const names = () => JSON.stringify([this.about.series, this.about.marks].map((list) => list.map((one) => one.name)));
      const before = names();
      this.load(dataOf(this.node.dataset.run));
      if (names() !== before) this.buttons();
      this.draw();
      this.point(this.cursor);
    }

    shown() { return this.about.series.filter((series) => this.isShown(series)); }
    column(series, name) { return series[name] === null ? undefined : this.frames[series.frame][series[name]]; }
    pixel(value, along) { return this.chart.scales[along === this.isLying ? "y" : "x"].getPixelForValue(value); }

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
      const marks = this.about.marks.map((mark) => {
        const told = element("span", "", { className: "mark" });
        told.append(element("span", "", { className: `swatch ${mark.until === null ? "" : "area"} ${mark.colour}` }), mark.name);
        return told;
      });
      legend.append(...marks, reset);
    }

    toggle(series, button) {
      const key = this.hiddenKey(series);
      if (!kept.hidden.delete(key)) kept.hidden.add(key);
      button.setAttribute("aria-pressed", String(this.isShown(series)));
      this.stopsKept = null;
      this.draw();
      this.point(this.cursor);
    }

    points(series) {
      if (OWN.includes(series.look)) return [];
      const frame = this.frames[series.frame];
      const [x, y, until] = [frame[series.x], frame[series.y], frame[series.until_x]];
      if (series.look === "outline") {
        return x.flatMap((low, place) => [{ x: 0, y: low }, { x: y[place], y: low }, { x: y[place], y: until[place] }, { x: 0, y: until[place] }]);
      }
      if (series.look === "spans") {
        return x.flatMap((from, place) => [{ x: from, y: y[place] }, { x: until[place], y: y[place] }, { x: until[place], y: NaN }]);
      }
      const found = x.map((at, place) => (this.isLying ? { x: y[place] ?? NaN, y: at } : { x: at, y: y[place] ?? NaN }));
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
      const radius = this.frames[series.frame][series.x].length > 600 ? 1.6 : { dot: 2.2, tick: 8, cross: 4.5, diamond: 4.5 }[series.marker] ?? 3;
      const hollow = this.column(series, "hollow");
      return {
        label: series.name,
        data: this.points(series),
        hidden: !this.isShown(series),
        borderColor: line,
        backgroundColor: isPoints ? faint(series.colour, 75) : faint(series.colour, series.look === "outline" ? 30 : 18),
        borderWidth: { outline: 0.6, spans: 4 }[series.look] ?? 2,
        borderDash: series.is_dashed ? [6, 4] : [],
        pointStyle: MARKERS[series.marker] ?? "circle",
        pointRotation: this.isLying ? 90 : 0,
        pointRadius: isPoints || series.marker !== null ? radius : 0,
        pointHoverRadius: 0,
        pointBorderColor: line,
        pointBorderWidth: ["tick", "cross"].includes(series.marker) ? 2 : hollow ? 1.5 : 0,
        ...(hollow ? { pointBackgroundColor: hollow.map((one) => (one ? colour("paper") : line)) } : {}),
        showLine: !isPoints,
        stepped: ["step", "area"].includes(series.look) ? "before" : false,
        fill: series.look === "area" ? "origin" : series.look === "outline" ? "shape" : false,
        segment: series.dotted_from === null ? {} : { borderDash: (part) => (part.p1.parsed.x > series.dotted_from ? [2, 4] : undefined) },
      };
    }

    scale(way) {
      const axis = this.axis(way);
      const zoomed = kept.zoom.get(this.key(way));
      const isNamed = way === "y" && this.rows > 0; // inside, as there is no room for them beside
      const ticks = {
        display: !isNamed,
        color: colour("grey"),
        maxRotation: 0,
        precision: axis.kind === "count" ? 0 : undefined,
        autoSkipPadding: 14,
        includeBounds: false,
        callback: (value) => (axis.kind === "name" ? axis.names[value] ?? "" : tick(axis.kind, value, axis.high ?? value)),
      };
      return {
        type: axis.is_log ? "logarithmic" : "linear",
        min: zoomed?.[0] ?? axis.low ?? undefined,
        max: zoomed?.[1] ?? axis.high ?? undefined,
        grace: axis.high === null ? "6%" : 0,
        reverse: isNamed,
        title: { display: !isNamed, text: axis.label, color: colour("ink") },
        ticks,
        grid: { color: colour("grid"), drawTicks: true },
        border: { color: colour("grey") },
        afterBuildTicks: (scale) => this.chooseTicks(scale, axis),
      };
    }

    chooseTicks(scale, axis) {
      if (axis.kind === "name" || axis.kind === "date") {
        const steps = axis.kind === "name" ? [1] : [60, 300, 900, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000];
        const step = steps.find((one) => one * 6 >= scale.max - scale.min) ?? steps[steps.length - 1];
        const first = Math.ceil(scale.min / step);
        const count = Math.max(0, Math.floor(scale.max / step) - first + 1);
        scale.ticks = Array.from({ length: count }, (_, place) => ({ value: (first + place) * step }));
        return;
      }
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
          layout: { padding: { top: this.about.series.some((one) => one.look === "signs") ? 26 : 16, right: 8 } },
          scales: { x: this.scale("x"), y: this.scale("y") },
          plugins: { legend: { display: false }, tooltip: { enabled: false }, decimation: { enabled: false } },
        },
        plugins: [{
          id: "own",
          beforeDatasetsDraw: (chart) => { this.chart = chart; this.drawPhases(chart); this.drawBehind(chart); },
          afterDatasetsDraw: (chart) => this.drawBeside(chart),
          afterDraw: (chart) => this.drawOver(chart),
        }],
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
        if (!SHADED.includes(name)) {
          ctx.fillStyle = colour("line");
          ctx.fillRect(left, area.top, 1, area.bottom - area.top);
        } else {
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

    // What is behind values: marks, bands of lines, and what is allowed in each row.

    inside(chart, draw) {
      const { ctx, chartArea: area } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
      ctx.clip();
      draw(ctx, area);
      ctx.restore();
    }

    drawBehind(chart) {
      this.inside(chart, (ctx, area) => {
        for (const mark of this.about.marks) this.drawMark(ctx, area, mark);
        for (const series of this.shown()) {
          const [at, low, high] = ["x", "low", "high"].map((name) => this.column(series, name));
          if (!low || series.look === "points") continue;
          ctx.fillStyle = faint(series.colour, series.look === "bars" ? 22 : 18);
          if (series.look === "bars") this.drawBars(ctx, at, low, high);
          else this.drawBand(ctx, at, low, high);
        }
        if (this.isLying) this.drawNames(ctx, area);
      });
    }

    drawMark(ctx, area, mark) {
      const scale = this.chart.scales[mark.way];
      const [from, to] = [mark.at, mark.until ?? mark.at].map((value) => scale.getPixelForValue(value));
      if (mark.until !== null) {
        ctx.fillStyle = faint(mark.colour, 25);
        if (mark.way === "x") ctx.fillRect(from, area.top, to - from, area.bottom - area.top);
        else ctx.fillRect(area.left, to, area.right - area.left, from - to);
        return;
      }
      ctx.strokeStyle = colour(mark.colour);
      ctx.lineWidth = 1.4;
      ctx.setLineDash(mark.is_dashed ? [6, 4] : []);
      ctx.beginPath();
      ctx.moveTo(mark.way === "x" ? from : area.left, mark.way === "x" ? area.top : from);
      ctx.lineTo(mark.way === "x" ? from : area.right, mark.way === "x" ? area.bottom : from);
      ctx.stroke();
      ctx.setLineDash([]);
    }

    drawBars(ctx, at, low, high) {
      at.forEach((row, place) => {
        const [top, bottom] = [row - 0.18, row + 0.46].map((value) => this.pixel(value, true));
        const [left, right] = [low[place], high[place]].map((value) => this.pixel(value, false));
        ctx.fillRect(left, top, right - left, bottom - top);
      });
    }

    drawBand(ctx, at, low, high) {
      ctx.beginPath();
      at.forEach((value, place) => ctx.lineTo(this.pixel(value, true), this.pixel(high[place], false)));
      [...at.keys()].reverse().forEach((place) => ctx.lineTo(this.pixel(at[place], true), this.pixel(low[place], false)));
      ctx.fill();
    }

    drawNames(ctx, area) {
      ctx.font = "12px system-ui, sans-serif";
      ctx.fillStyle = colour("ink");
      this.axis("y").names.forEach((name, row) => ctx.fillText(name, area.left + 6, this.pixel(row - 0.25, true)));
    }

    // What is around values: the interval of each point, and signs above all.

    drawBeside(chart) {
      this.inside(chart, (ctx) => {
        for (const series of this.shown().filter((one) => one.look === "points" && one.low !== null)) this.drawIntervals(ctx, series);
      });
      const { ctx, chartArea: area } = chart;
      ctx.save();
      ctx.font = "bold 15px system-ui, sans-serif";
      ctx.textAlign = "center";
      for (const series of this.shown().filter((one) => one.look === "signs")) {
        ctx.fillStyle = colour(series.colour);
        this.column(series, "x").forEach((value, place) => {
          const x = this.pixel(value, true);
          if (x >= area.left && x <= area.right) ctx.fillText(this.column(series, "y")[place], x, area.top - 6);
        });
      }
      ctx.restore();
    }

    drawIntervals(ctx, series) {
      const [at, low, high] = ["x", "low", "high"].map((name) => this.column(series, name));
      ctx.strokeStyle = faint(series.colour, this.isLying ? 100 : 60);
      ctx.lineWidth = this.isLying ? 4 : 1.6;
      at.forEach((value, place) => {
        if (low[place] === null) return;
        const across = this.pixel(value, true);
        const ends = [low[place], high[place]].map((end) => this.pixel(end, false));
        ctx.beginPath();
        for (const end of ends) ctx.lineTo(this.isLying ? end : across, this.isLying ? across : end);
        ctx.stroke();
      });
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

    // Points are read where one is, lines and steps anywhere: at the place of the first of them that is shown.

    stops() {
      if (this.stopsKept === null) {
        const shown = this.shown();
        const apart = shown.filter((one) => one.look !== "bars" && this.isApart(one));
        const places = (apart.length > 0 ? apart : shown.slice(0, 1)).flatMap((series) => this.column(series, "x"));
        this.stopsKept = { isApart: apart.length > 0, at: [...new Set(places)].sort((one, other) => one - other) };
      }
      return this.stopsKept;
    }

    isApart(series) { return ["points", "signs", "bars"].includes(series.look) || series.marker !== null; }

    nearest(at) {
      let [low, high] = [0, at.length - 1];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (at[middle] <= this.cursor) low = middle;
        else high = middle;
      }
      return high > low && at[high] - this.cursor < this.cursor - at[low] ? high : low;
    }

    places(series) {
      const at = this.column(series, "x");
      if (at.length === 0) return [];
      if (this.isApart(series)) {
        const here = this.stops().at[this.nearest(this.stops().at)];
        return [...at.keys()].filter((place) => at[place] === here);
      }
      const place = this.place(series, at);
      return place < 0 ? [] : [place];
    }

    place(series, at) {
      if (["step", "area", "outline"].includes(series.look)) {
        let found = -1;
        while (found + 1 < at.length && at[found + 1] <= this.cursor) found += 1;
        return found;
      }
      if (series.look === "spans") return at.findIndex((from, place) => from <= this.cursor && this.cursor < this.column(series, "until_x")[place]);
      const away = at.map((value) => Math.abs(value - this.cursor));
      return away.indexOf(Math.min(...away));
    }

    point(value) {
      this.cursor = value;
      if (value === null) {
        this.readout.replaceChildren(...(this.node.previousElementSibling ? [] : [element("span", HINT, { className: "grey" })]));
      } else {
        this.readout.replaceChildren(element("b", this.where()), ...this.shown().flatMap((series) => this.said(series)));
      }
      this.chart.draw();
    }

    where() {
      const axis = this.axis(this.isLying ? "y" : "x");
      const told = (value) => (axis.kind === "name" ? axis.names[Math.round(value)] ?? UNKNOWN : format[axis.kind](value));
      const first = this.shown()[0];
      if (this.stops().isApart) return told(this.stops().at[this.nearest(this.stops().at)]);
      const place = first ? this.place(first, this.column(first, "x")) : -1;
      if (place < 0) return told(this.cursor);
      const at = told(this.column(first, "x")[place]);
      return first.look === "outline" ? `${at} to ${told(this.column(first, "until_x")[place])}` : at;
    }

    said(series) {
      const places = this.places(series);
      if (places.length === 0) return this.stops().isApart && this.isApart(series) ? [] : [this.line(series, [-1])];
      const isEachTold = series.words !== null || series.link !== null;
      const first = places.slice(0, MOST_SAID);
      const lines = isEachTold ? first.map((place) => this.line(series, [place])) : [this.line(series, first)];
      const more = places.length - first.length;
      return more > 0 ? [...lines, element("span", `and ${more} more`, { className: "said" })] : lines;
    }

    line(series, places) {
      const told = element("span", "", { className: "said" });
      told.append(element("span", "", { className: `swatch ${series.look} ${series.colour}` }), `${series.name.split(" (")[0]} `);
      places.forEach((place, number) => told.append(number > 0 ? ", " : "", ...this.value(series, place)));
      return told;
    }

    value(series, place) {
      const [value, low, high, words, link] = ["y", "low", "high", "words", "link"].map((name) => this.column(series, name)?.[place] ?? null);
      const say = format[this.axis(this.isLying ? "x" : "y").kind];
      const range = low === null ? "" : `${say(low)} to ${say(high)}`;
      if (series.look === "bars") return [range];
      const data = element("data", series.look === "signs" ? value : say(value), { value: value === null ? "" : String(value) });
      return [data, range && ` (${range})`, words ? ` · ${words}` : "", ...(link ? [" ", element("a", "open", { href: link })] : [])];
    }

    pointAll(value) {
      const group = this.axis("x").group;
      for (const one of figures) {
        const isBeside = group !== null && group !== undefined && !this.isLying && one.axis("x").group === group && one.node.dataset.run === this.node.dataset.run;
        if (one === this || isBeside) one.point(value);
      }
    }

    step(by) {
      const { at } = this.stops();
      if (at.length === 0) return;
      const here = this.cursor === null ? (by > 0 ? -1 : at.length) : this.stops().isApart ? this.nearest(at) : this.place(this.shown()[0], at);
      this.pointAll(at[Math.max(0, Math.min(at.length - 1, here + by))]);
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
      this.plot.addEventListener("pointerleave", () => { if (!this.drag && document.activeElement !== this.plot) this.leave(); });
      this.plot.addEventListener("dblclick", () => { zoom(this.key("x"), null); zoom(this.key("y"), null); });
      this.plot.addEventListener("focus", () => { if (this.cursor === null) this.step(1); });
      this.plot.addEventListener("blur", () => this.leave());
      this.plot.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
        if (event.key === "Enter") this.readout.querySelector("a")?.click();
        if (by === undefined) return;
        event.preventDefault();
        this.step(this.rows > 0 && ["ArrowUp", "ArrowDown"].includes(event.key) ? -by : by);
      });
    }

    leave() { // a link in what is said can only be followed from outside
      if (this.readout.querySelector("a") === null) this.pointAll(null);
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
    for (const one of figures) one.renew();
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
      for (const one of figures) {
        const [width, height] = one.node.matches(".half") ? PAPER.half : PAPER.whole;
        one.chart.resize(width, one.rows > 0 ? one.plot.clientHeight : height);
      }
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
