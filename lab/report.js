// What the page does beyond its style: Vega-Lite, if it is there, draws the plots in place of the pictures, the boxes of the legend
// show and hide its lines, and the arrow keys go from point to point of either.
"use strict";
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const number = v => Number.isInteger(v) ? v.toLocaleString("en") : Number(v.toPrecision(4)).toString();

  // ---- Colours: those of the style ----

  const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

  function colours(figure, plot) {
    const labels = figure.querySelectorAll(".legend label");
    return plot.series.map((_, i) => labels[i] ? colour(labels[i], "--c") : colour(document.body, "--link"));
  }

  function theme() {
    const soft = colour(document.body, "--soft"), edge = colour(document.body, "--edge");
    return {
      background: null, font: "system-ui, 'DejaVu Sans', sans-serif", view: {stroke: null},
      axis: {labelColor: soft, titleColor: soft, gridColor: edge, domainColor: soft, tickColor: soft, titleFontWeight: "normal",
             labelFontSize: 12, titleFontSize: 12, titlePadding: 8, labelOverlap: true},
      legend: {labelColor: soft, titleColor: soft},
    };
  }

  // ---- Specifications ----

  const tickLabel = "datum.value == 0 ? '0' : abs(datum.value) >= 1000 ? format(datum.value, '~s') : abs(datum.value) < 0.001 ? " +
                    "format(datum.value, '.0e') : format(datum.value, '~g')";

  function channel(axis, field, grid) {
    const scale = axis.scale === "linear" ? {type: "linear", zero: false} : {type: "log", base: axis.scale === "log2" ? 2 : 10};
    return {field, type: "quantitative", title: axis.title, scale: {...scale, domain: axis.ends, nice: false},
            axis: {values: axis.ticks, grid, labelExpr: tickLabel, labelFlush: false}};
  }

  function lines(plot, figure) {
    const names = plot.series.map(s => s.name);
    const values = plot.series.flatMap((s, i) => s.points.map(([x, y], j) => ({x, y, i, j, name: s.name, formula: s.formula || i >= 8})));
    const few = values.length <= 240;
    const of = {field: "i", type: "nominal", legend: null};
    return {
      data: {values},
      params: [{name: "hidden", value: []}, {name: "line", value: -1}, {name: "point", value: -1}],
      transform: [{filter: "indexof(hidden, datum.i) < 0"}],
      encoding: {
        x: channel(plot.x, "x", false), y: channel(plot.y, "y", true),
        color: {...of, scale: {domain: names.map((_, i) => i), range: colours(figure, plot)}},
        tooltip: [{field: "name", title: "line"}, {field: "x", title: plot.x.title, format: ",.6~g"}, {field: "y", title: plot.y.title, format: ",.4~g"}],
      },
      layer: [
        {mark: {type: "line", strokeWidth: 1.8}, encoding: {strokeDash: {field: "formula", type: "nominal", legend: null,
          scale: {domain: [false, true], range: [[1, 0], [5, 4]]}}}},
        {mark: {type: "point", filled: true, size: few ? 44 : 160, opacity: few ? 1 : 0}, encoding: {shape: {...of,
          scale: {domain: names.map((_, i) => i), range: names.map((_, i) => ["circle", "square", "triangle-up", "diamond"][i % 4])}}}},
        {transform: [{filter: "datum.i == line && datum.j == point"}],
         mark: {type: "point", filled: false, size: 180, strokeWidth: 2.5, color: colour(document.body, "--ink")},
         encoding: {color: {value: colour(document.body, "--ink")}}},
      ],
    };
  }

  function heat(plot) {
    const values = plot.series[0].points.map(([x, y, z], j) => ({x, y, z, j}));
    const low = Math.min(...values.map(v => v.z)), high = Math.max(...values.map(v => v.z));
    const logarithmic = low > 0 && high > low;
    const middle = logarithmic ? low * Math.pow(high / low, 0.45) : low + 0.45 * (high - low);
    return {
      data: {values},
      params: [{name: "hidden", value: []}, {name: "line", value: -1}, {name: "point", value: -1}],
      transform: [{calculate: "format(datum.z, datum.z >= 1000 ? '.2~s' : datum.z >= 10 ? '.3~r' : '.2~r')", as: "label"}],
      encoding: {
        x: {field: "x", type: "ordinal", title: plot.x.title, axis: {labelAngle: 0}},
        y: {field: "y", type: "ordinal", title: plot.y.title, sort: "descending"},
        tooltip: [{field: "x", title: plot.x.title}, {field: "y", title: plot.y.title}, {field: "z", title: plot.z, format: ",.4~g"}],
      },
      layer: [
        {mark: {type: "rect"}, encoding: {color: {field: "z", type: "quantitative", legend: null,
          scale: {type: logarithmic ? "log" : "linear", domain: [low, high > low ? high : low + 1], range: ["#ddebf7", "#08306b"], interpolate: "rgb"}}}},
        {mark: {type: "text", fontSize: 10}, encoding: {text: {field: "label", type: "nominal"},
          color: {condition: {test: "datum.z > " + middle, value: "#fff"}, value: "#1f2328"}}},
        {transform: [{filter: "datum.j == point"}], mark: {type: "rect", fillOpacity: 0, strokeWidth: 3}, encoding: {stroke: {value: "#bf3989"}}},
      ],
    };
  }

  // ---- Drawing ----

  const views = new Map();

  function hidden(figure) {
    return [...figure.querySelectorAll("[data-series]:not(:checked)")].map(box => Number(box.dataset.series));
  }

  async function draw(figure, plot) {
    const place = figure.querySelector(".plot");
    const spec = {$schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: plot.shape === "heat" ? 300 : 250,
                  autosize: {type: "fit-x", contains: "padding"}, description: plot.title, config: theme(),
                  ...(plot.shape === "heat" ? heat(plot) : lines(plot, figure))};
    const box = document.createElement("div");
    box.className = "drawn";
    const old = views.get(plot.id);
    place.append(box);
    const made = await vegaEmbed(box, spec, {renderer: "svg", ast: true, tooltip: {theme: dark.matches ? "dark" : "light"},
      downloadFileName: plot.id, actions: {export: true, source: false, compiled: false, editor: false}});
    if (old)
      old.finalize();
    for (const other of [...place.children])
      if (other !== box)
        other.remove();
    box.querySelector(".marks, svg")?.setAttribute("aria-hidden", "true"); // the figure's text, table and readout tell all of it
    views.set(plot.id, made);
    made.view.signal("hidden", hidden(figure));
    await made.view.runAsync();
    figure.dataset.drawn = "vega";
  }

  // ---- Arrow keys ----

  function keys(figure, plot) {
    const place = figure.querySelector(".plot"), readout = figure.querySelector(".readout");
    let line = 0, point = -1;

    // Points that have a place on the axes.
    const seen = i => plot.series[i].points.map((p, j) => j).filter(j => plot.series[i].points[j][1] !== null);
    const shown = () => plot.series.map((s, i) => i).filter(i => seen(i).length && !hidden(figure).includes(i));

    function tell() {
      const series = plot.series[line], at = series.points[point];
      readout.textContent = plot.shape === "heat" ? `${number(at[0])} sets, ${number(at[1])} ways: ${number(at[2])} ${plot.z}`
        : `${series.name}: ${plot.x.title} ${number(at[0])}, ${plot.y.title} ${number(at[1])}`;
      const view = views.get(plot.id)?.view;
      if (view)
        view.signal("line", line).signal("point", point).runAsync();
      for (const mark of place.querySelectorAll(".chosen"))
        mark.classList.remove("chosen");
      if (!view)
        (plot.shape === "heat" ? place.querySelectorAll("rect")[point] : place.querySelectorAll(`.s${line} .mark`)[seen(line).indexOf(point)])
          ?.classList.add("chosen");
    }

    // The cell beside this one: cells are in no particular order.
    function neighbour(dx, dy) {
      const points = plot.series[0].points, [x, y] = points[Math.max(point, 0)];
      const candidates = points.map((p, i) => [p, i]).filter(([p]) => dx ? p[1] === y && Math.sign(p[0] - x) === dx : p[0] === x && Math.sign(p[1] - y) === dy);
      candidates.sort(([a], [b]) => Math.abs(a[0] - x) + Math.abs(a[1] - y) - Math.abs(b[0] - x) - Math.abs(b[1] - y));
      return point < 0 ? 0 : candidates.length ? candidates[0][1] : point;
    }

    function step(dx, dy) {
      if (plot.shape === "heat") {
        point = neighbour(dx, dy);
        return true;
      }
      const all = shown();
      if (!all.length)
        return false;
      const now = all.indexOf(line), next = now < 0 ? 0 : (now - dy + all.length) % all.length;
      const x = plot.series[line].points[Math.max(point, 0)]?.[0];
      line = all[next];
      const points = plot.series[line].points;
      if (dy && x !== undefined && point >= 0) // the point above or below
        point = seen(line).reduce((best, i) => Math.abs(points[i][0] - x) < Math.abs(points[best][0] - x) ? i : best);
      else
        point = (dx > 0 ? seen(line).find(i => i > point) : seen(line).findLast(i => i < point)) ?? (point < 0 ? seen(line)[0] : point);
      return true;
    }

    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${plot.title}. The arrow keys go from point to point.`);
    place.addEventListener("keydown", event => {
      const move = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
      if (!move || event.altKey || event.ctrlKey || event.metaKey)
        return;
      event.preventDefault();
      if (step(...move))
        tell();
    });
  }

  // ---- All of them ----

  const figures = plots.map(plot => [document.getElementById(plot.id), plot]);
  for (const [figure, plot] of figures) {
    keys(figure, plot);
    figure.addEventListener("change", () => views.get(plot.id)?.view.signal("hidden", hidden(figure)).runAsync());
  }
  if (typeof vegaEmbed === "undefined")
    return;
  const wanted = new Map(figures.map(([figure, plot]) => [figure, plot]));
  const observer = new IntersectionObserver(entries => {
    for (const entry of entries)
      if (entry.isIntersecting) {
        observer.unobserve(entry.target);
        draw(entry.target, wanted.get(entry.target));
      }
  }, {rootMargin: "600px"});
  for (const [figure] of figures)
    observer.observe(figure);
  dark.addEventListener("change", () => {
    for (const [figure, plot] of figures)
      if (views.has(plot.id))
        draw(figure, plot);
  });
})();
