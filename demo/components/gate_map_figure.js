// The heat map itself, which plotly draws, and the frames over it.

const HEIGHT = { wide: 380, phone: 300 }; // px, of all units together
const CELL = { word: 17, letter: 10, widest: 64 }; // px, of a token
const MARGIN = { left: 46, right: 12, top: 4, bottom: 6 };
const LONGEST_LABEL = 12; // characters below the map; the tip shows all

const size = { cell: 0, height: 0 }; // as drawn, px

function fit(map) {
  let labels = map.tokens.map((token) => cut(visible(token), LONGEST_LABEL));
  const lengths = labels.filter((_, index) => !isEdge(map.tokens[index])).map((one) => one.length);
  const longest = Math.max(1, ...lengths);
  const least = longest > 2 ? CELL.word : CELL.letter;
  // Among letters there is no room for their names.
  if (longest <= 2) labels = labels.map((label, index) => (isEdge(map.tokens[index]) ? "" : label));
  const room = scroll.clientWidth - MARGIN.left - MARGIN.right;
  size.cell = Math.min(CELL.widest, Math.max(least, room / map.tokens.length));
  size.height = innerWidth < 760 ? HEIGHT.phone : HEIGHT.wide;
  const slanted = longest > 2 && size.cell < longest * 7.5;
  return { labels, slanted };
}

// Not by plotly: 640 of them took it half a minute.
function drawLabels({ labels, slanted }) {
  const row = find("labels");
  row.classList.toggle("slanted", slanted);
  row.style.marginLeft = `${MARGIN.left}px`;
  row.style.setProperty("--cell", `${size.cell}px`);
  row.replaceChildren(...labels.map((label) => make("span", "", label)));
}

function drawPlot(map) {
  drawLabels(fit(map));
  const colours = stops(map);
  const style = getComputedStyle(body);
  const ink = style.getPropertyValue("--body-text-color");
  const units = [...Array(map.units).keys()];
  const heatmap = {
    type: "heatmap",
    z: units.map((unit) => map.tokens.map((_, token) => map.at(token, unit))),
    zmin: map.low,
    zmax: map.high,
    colorscale: colours.map((colour, index) => [index / (colours.length - 1), `#${colour}`]),
    showscale: false,
    hoverinfo: "skip",
  };
  const axis = { showgrid: false, zeroline: false, fixedrange: true, ticks: "", color: ink };
  const width = Math.round(size.cell * map.tokens.length) + MARGIN.left + MARGIN.right;
  const layout = {
    width,
    height: size.height + MARGIN.top + MARGIN.bottom,
    margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom, autoexpand: false },
    xaxis: { ...axis, range: [-0.5, map.tokens.length - 0.5], showticklabels: false },
    yaxis: { ...axis, range: [map.units - 0.5, -0.5], nticks: 8, title: { text: "unit", standoff: 4 } },
    font: { family: style.getPropertyValue("--font"), size: 12, color: ink },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hovermode: false,
  };
  body.style.width = `${width}px`;
  Plotly.react(plot, [heatmap], layout, { staticPlot: true, typesetMath: false });
}

function drawKey(map) {
  const short = (value) => figure(value).replace(/\.?0+$/, "");
  const signed = [`${map.clipped ? "≤ " : ""}${short(map.low)}`, `${map.clipped ? "≥ " : ""}${short(map.high)}`];
  [find("low").textContent, find("high").textContent] = isSigned(map) ? signed : ["0 shut", "1 open"];
  const bar = find("key").querySelector("i");
  bar.style.background = `linear-gradient(to right, ${stops(map).map((one) => `#${one}`)})`;
}

function placeFrames() {
  const { map, unit, token } = state;
  const high = size.height / map.units;
  const width = size.cell * map.tokens.length;
  const tall = Math.max(high, 3); // what is thinner would not be seen
  Object.assign(find("row").style, {
    left: `${MARGIN.left}px`,
    width: `${width}px`,
    top: `${MARGIN.top + (unit + 0.5) * high - tall / 2}px`,
    height: `${tall}px`,
  });
  const column = find("column");
  column.hidden = token === null;
  if (token === null) return;
  Object.assign(column.style, {
    left: `${MARGIN.left + token * size.cell}px`,
    width: `${size.cell}px`,
    top: `${MARGIN.top}px`,
    height: `${size.height}px`,
  });
}

// { token, unit } under a pointer, null beside the map.
function cellUnder({ clientX, clientY }) {
  const box = body.getBoundingClientRect();
  const token = Math.floor((clientX - box.x - MARGIN.left) / size.cell);
  const unit = Math.floor(((clientY - box.y - MARGIN.top) / size.height) * state.map.units);
  const inside = token in state.map.tokens && unit >= 0 && unit < state.map.units;
  return inside ? { token, unit } : null;
}
