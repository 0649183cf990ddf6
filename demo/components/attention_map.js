// The files attention_map_*.js and this one are the body of one function of (element, trigger,
// props, watch), called once by gr.HTML; all state belongs to this one map.
// The plot's own data stay readable: element.querySelector(".map-plot").data[0].z
const find = (name) => element.querySelector(`.map-${name}`);
const [scroll, canvas, columns, rows, body, plot, overlay, side] =
  ["scroll", "canvas", "columns", "rows", "body", "plot", "overlay", "entropy"].map(find);
const [measure, tip, line, details, exports] =
  ["measure", "tip", "line", "table", "exports"].map(find);

const size = { width: 0, height: 0 }; // of a cell, in px
const state = {
  map: null, // the value as drawn
  pinned: NOWHERE,
  asked: 0, // how often the visitor has pinned a place or let it go
  hover: NOWHERE, // under the pointer
  focus: NOWHERE, // where the keyboard is
  at: { row: 0, column: 0 }, // the cell where the arrow keys go on
};

// What is pinned in a new map. The pin of a value may lie outside of it when it was made for another
// map; an answer to what came before the visitor's last pin must not take that back.
function pinIn(map) {
  const inside = (index, words) => index === null || words[index] !== undefined;
  const { row, column } = (map?.asked < state.asked ? state.pinned : map?.pinned) || NOWHERE;
  return map && inside(row, map.target) && inside(column, map.source) ? { row, column } : NOWHERE;
}

function focusedPlace() {
  const index = (strip) => [...strip.children].indexOf(document.activeElement);
  if (document.activeElement === body) return state.at;
  if (index(rows) >= 0) return { row: index(rows), column: null };
  return index(columns) >= 0 ? { row: null, column: index(columns) } : NOWHERE;
}

function resetPlaces(map) {
  const last = { row: map.target.length - 1, column: map.source.length - 1 };
  const { row, column } = state.at;
  state.at = { row: Math.min(row, last.row), column: Math.min(column, last.column) };
  state.focus = focusedPlace();
}

function show() {
  const { map } = state;
  if (!element.clientWidth) return; // in a hidden tab; the observer below draws it later
  for (const part of [scroll, line, details, exports]) if (part) part.hidden = !map;
  if (!map) return;
  body.setAttribute(
    "aria-label",
    `Attention map: ${map.target.length} rows of target tokens, ${map.source.length} columns of ` +
      "source tokens. Arrow keys move, Enter keeps a cell, Escape lets go.",
  );
  drawTokens(map);
  drawEntropy(map);
  resetPlaces(map);
  fit(map);
  placeTokens();
  drawPlot(map);
  placeForced(map);
  showPin();
  light();
  say();
  drawTable();
}

function take() {
  const before = state.pinned;
  state.map = readMap(props.value);
  state.pinned = pinIn(state.map);
  if (isCell(state.pinned) && !isSame(state.pinned, before)) state.at = state.pinned;
  state.hover = state.focus = NOWHERE;
  tip.hidden = true;
  show();
}

function start() {
  makeFrames();
  listen();
  listenToExports();
  details.addEventListener("toggle", drawTable);
  watch("value", take);
  take();
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) show();
    width = element.clientWidth;
  }).observe(element);
}

if (window.Plotly) start();
else document.getElementById("plotly-js").addEventListener("load", start);
