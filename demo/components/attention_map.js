// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
// The plot's own data stay readable: element.querySelector(".map-plot").data[0].z
const scroll = element.querySelector(".map-scroll");
const plot = element.querySelector(".map-plot");

const NUMBERS_UP_TO = 20; // rows and columns; beyond that the figures would not fit
const CELL = { width: 34, widest: 110, height: 30 }; // px; with numbers, at least this wide
const PLAIN_CELL = { width: 24, widest: 110, height: 22 }; // without
const LONGEST_LABEL = 24; // characters on an axis; the hover shows more
const LONGEST_HOVER = 60;
const SLANT = 40; // degrees
const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false, typesetMath: false };

// Plotly reads labels as markup; entities make it write them as they are.
const escaped = (text) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\s/g, " ");
const cut = (text, length) =>
  [...text].length > length ? [...text].slice(0, length - 1).join("") + "…" : text;
const label = (text) => escaped(cut(text, LONGEST_LABEL));

const pen = document.createElement("canvas").getContext("2d");
function widest(words) {
  pen.font = `13px ${getComputedStyle(plot).fontFamily}`;
  return Math.max(...words.map((word) => pen.measureText(cut(word, LONGEST_LABEL)).width));
}

const hasNumbers = ({ source, target }) =>
  source.length <= NUMBERS_UP_TO && target.length <= NUMBERS_UP_TO;

function size(map) {
  const { source, target } = map;
  const { width, widest: most, height } = hasNumbers(map) ? CELL : PLAIN_CELL;
  const slanted = widest(source);
  const turn = (SLANT * Math.PI) / 180;
  const margin = {
    l: Math.ceil(widest(target)) + 12,
    t: Math.ceil(slanted * Math.sin(turn)) + 24,
    b: 4,
  };
  const cell = (room) => Math.min(most, Math.max(width, room / source.length));
  // The last label leans out to the right, from the middle of its column.
  const inside = cell(scroll.clientWidth - margin.l) / 2;
  margin.r = Math.max(4, Math.ceil(slanted * Math.cos(turn) + 4 - inside));
  const columns = cell(scroll.clientWidth - margin.l - margin.r) * source.length;
  return {
    margin,
    width: Math.floor(columns) + margin.l + margin.r,
    height: height * target.length + margin.t + margin.b,
  };
}

function axis(words, more) {
  return {
    tickvals: words.map((_, index) => index), // positions, because a word may occur twice
    ticktext: words.map(label),
    showgrid: false,
    zeroline: false,
    ticks: "outside", // unseen, for the distance to the labels
    ticklen: 6,
    tickcolor: "rgba(0,0,0,0)",
    fixedrange: true,
    ...more,
  };
}

function heatmap(map) {
  const { source, target, weights } = map;
  const number = (weight) => (weight < 0.005 ? "" : weight.toFixed(2).replace(/^0/, ""));
  const said = (row, column, weight) =>
    `${escaped(cut(target[row], LONGEST_HOVER))} ← ` +
    `${escaped(cut(source[column], LONGEST_HOVER))}: ${weight.toFixed(3)}`;
  return {
    type: "heatmap",
    z: weights,
    zmin: 0,
    zmax: 1,
    colorscale: "Cividis",
    showscale: false,
    xgap: 2,
    ygap: 2,
    text: weights.map((row) => row.map(hasNumbers(map) ? number : () => "")),
    texttemplate: "%{text}",
    textfont: { size: 11, family: getComputedStyle(plot).getPropertyValue("--font-mono") },
    customdata: weights.map((row, i) => row.map((weight, j) => said(i, j, weight))),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}

// The frame of the clicked cell, if any; white around the accent, so that it is seen everywhere.
function outline(cell) {
  if (!cell) return [];
  const { row, column } = cell;
  const accent = getComputedStyle(plot).getPropertyValue("--color-accent");
  const edge = { x0: column - 0.5, x1: column + 0.5, y0: row - 0.5, y1: row + 0.5 };
  const frame = (color, width) => ({ type: "rect", line: { color, width }, ...edge });
  return [frame("white", 6), frame(accent, 3)];
}

function layout(map, marked) {
  const { source, target } = map;
  const family = getComputedStyle(plot).fontFamily;
  return {
    ...size(map),
    font: { size: 13, family },
    hoverlabel: { font: { family } },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: false,
    xaxis: axis(source, {
      side: "top",
      tickangle: -SLANT,
      range: [-0.5, source.length - 0.5],
    }),
    yaxis: axis(target, { range: [target.length - 0.5, -0.5] }),
    shapes: outline(marked),
  };
}

let marked = null; // the clicked cell of this map
let listening = false;

function draw() {
  const map = props.value;
  if (!element.clientWidth) return; // in a hidden tab; the observer below draws it later
  scroll.hidden = !map?.target.length || !map.source.length; // a translation may be empty
  if (scroll.hidden) return;
  scroll.setAttribute(
    "aria-label",
    `Attention: ${map.target.length} rows of the translation, ${map.source.length} columns`,
  );
  Plotly.react(plot, [heatmap(map)], layout(map, marked), CONFIG);
  if (listening) return;
  listening = true; // Plotly gives the container its `on` with the first drawing
  plot.on("plotly_click", ({ points }) => {
    marked = { row: points[0].y, column: points[0].x };
    Plotly.relayout(plot, { shapes: outline(marked) });
    trigger("select", marked);
  });
}

function start() {
  watch("value", () => {
    marked = null;
    draw();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) draw();
    width = element.clientWidth;
  }).observe(element);
}

if (window.Plotly) start();
else document.getElementById("plotly-js").addEventListener("load", start);
