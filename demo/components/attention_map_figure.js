// The heatmap itself, for the screen and for the images: colours, numbers, plotly's data.

const NUMBERS_UP_TO = 20; // rows and columns; beyond that the figures would not fit
const CELL = { width: 34, widest: 110, height: 30 }; // px; with numbers, at least this wide
const PLAIN_CELL = { width: 24, widest: 110, height: 22 }; // without
const LONGEST_LABEL = 24; // characters beside the map; a title shows all
const LONGEST_TIP = 60;
const SLANT = (40 * Math.PI) / 180; // of the source tokens

const PALETTES = {
  cividis: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
  viridis: "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
};
const stops = (palette) => (PALETTES[palette] || PALETTES.cividis).split(" ");

const figure = (weight) => weight.toFixed(2).replace(/^0/, "");
const hasNumbers = ({ source, target }) =>
  source.length <= NUMBERS_UP_TO && target.length <= NUMBERS_UP_TO;

// A copy of the value with its defaults; `shares` are the weights as coloured, from 0 to 1.
function readMap(value) {
  if (!value?.target?.length || !value.source?.length) return null; // a text may be empty
  const map = { scale: "0-1", palette: "cividis", name: "attention" };
  Object.assign(map, JSON.parse(JSON.stringify(value))); // of a proxy, which is slow to read
  const scaled = (row, most) => row.map((weight) => (most > 0 ? weight / most : 0));
  const shares = (row) => (map.scale === "row" ? scaled(row, Math.max(...row)) : row);
  map.shares = map.weights.map(shares);
  return map;
}

// [row, first column, last column] of each run of neighbours whose attention was forced.
function forcedRuns(map) {
  const runs = [];
  for (const [row, columns] of map.forced || []) {
    for (const column of [...columns].sort((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last?.[0] === row && last[2] === column - 1) last[2] = column;
      else runs.push([row, column, column]);
    }
  }
  return runs;
}

// Black or white, whichever is easier to read on the colour of a share; at least 4.5:1.
function inkOn(share, colours) {
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  const channel = (colour, at) => parseInt(colour.slice(at, at + 2), 16) / 255;
  const linear = [0, 2, 4].map((at) => {
    const [from, to] = [channel(colours[low], at), channel(colours[low + 1], at)];
    const value = from + (place - low) * (to - from);
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; // sRGB, WCAG 2
  });
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return luminance > 0.179 ? "#000" : "#fff";
}

// The weights in the cells: a trace of texts, because a heatmap's own have one colour for all.
function numbers(map, family) {
  const colours = stops(map.palette);
  const trace = { type: "scatter", mode: "text", hoverinfo: "skip", x: [], y: [], text: [] };
  const color = [];
  map.weights.forEach((weights, row) =>
    weights.forEach((weight, column) => {
      if (weight < 0.005) return;
      trace.x.push(column);
      trace.y.push(row);
      trace.text.push(figure(weight));
      color.push(inkOn(map.shares[row][column], colours));
    }),
  );
  return { ...trace, textfont: { size: 11, family, color } };
}

function traces(map, family) {
  const colours = stops(map.palette);
  const heatmap = {
    type: "heatmap",
    z: map.shares,
    zmin: 0,
    zmax: 1,
    colorscale: colours.map((colour, index) => [index / (colours.length - 1), `#${colour}`]),
    showscale: false,
    hoverinfo: "skip",
    xgap: 2,
    ygap: 2,
  };
  return hasNumbers(map) ? [heatmap, numbers(map, family)] : [heatmap];
}

// Both axes: cell n is centred on n, the first row is on top.
function axes({ source, target }, shared) {
  const axis = { showgrid: false, zeroline: false, fixedrange: true, ...shared };
  return {
    xaxis: { ...axis, side: "top", range: [-0.5, source.length - 0.5] },
    yaxis: { ...axis, range: [target.length - 0.5, -0.5] },
  };
}

// Labels and marks are HTML around the plot and over it, so that a hover need not draw anew.
function drawPlot(map) {
  const family = getComputedStyle(plot).getPropertyValue("--font-mono");
  const layout = {
    ...axes(map, { visible: false }),
    width: size.width * map.source.length,
    height: size.height * map.target.length,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: false,
  };
  Plotly.react(plot, traces(map, family), layout, { staticPlot: true, typesetMath: false });
}
