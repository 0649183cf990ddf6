// Downloads: PNG and SVG for print, CSV and JSON of what is shown.

const PRINT_WIDTH = 1890; // px: 300 dpi at 16 cm
const LARGEST_IMAGE = 16000; // px on a side; browsers draw no larger canvas
const LONGEST_PRINTED = 80; // characters of a label
const PRINT_FONT = { size: 13, family: "Arial, Helvetica, sans-serif", color: "#111" };

// Plotly reads labels as markup; entities make it write them as they are.
const escaped = (text) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\s/g, " ");
const printed = (text) => cut(text, LONGEST_PRINTED);

function widest(words) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${PRINT_FONT.size}px ${PRINT_FONT.family}`;
  return Math.max(...words.map((word) => pen.measureText(printed(word)).width));
}

// As large as it will be printed, because plotly paints the cells as pixels, in an SVG too.
function printedSize(map, target) {
  const cell = hasNumbers(map) ? { width: 44, height: 30 } : PLAIN_CELL;
  const slanted = widest(map.source) * 1.05; // fonts differ a little from viewer to viewer
  const lean = Math.ceil(slanted * Math.cos(SLANT)) + 16 - cell.width / 2;
  const l = Math.ceil(widest(target) * 1.05) + 20;
  const r = Math.max(90, lean); // the key of the colours stands there too
  const t = Math.ceil(slanted * Math.sin(SLANT)) + 30;
  const width = cell.width * map.source.length + l + r;
  const height = Math.max(cell.height * map.target.length, 90) + t + 16;
  const most = LARGEST_IMAGE / Math.max(width, height);
  const zoom = Math.min(Math.max(2, PRINT_WIDTH / width), most);
  const margin = { l: l * zoom, r: r * zoom, t: t * zoom, b: 16 * zoom, pad: 0 };
  const whole = { width: Math.ceil(width * zoom), height: Math.ceil(height * zoom) };
  return { zoom, size: { ...whole, margin } };
}

function forcedShapes(map, zoom) {
  const frame = ([row, first, last], line) => ({
    type: "rect",
    x0: first - 0.5,
    x1: last + 0.5,
    y0: row - 0.5,
    y1: row + 0.5,
    line: { width: 2 * zoom, ...line },
  });
  const dash = `${5 * zoom}px,${5 * zoom}px`;
  const both = (run) => [frame(run, { color: "#111" }), frame(run, { color: "#fff", dash })];
  return forcedRuns(map).flatMap(both);
}

function colourKey(map, zoom) {
  const meaning = map.scale === "row" ? "share of the row’s largest" : "weight";
  const place = { y: 1, yanchor: "top", len: 90 * zoom, lenmode: "pixels", thickness: 10 * zoom };
  const title = { text: meaning, side: "right", font: { size: 10 * zoom } };
  return { ...place, title, outlinewidth: 0, tickvals: [0, 0.5, 1], ticklen: 0, xpad: 12 * zoom };
}

function printedFigure(map) {
  const forced = new Set((map.forced || []).map(([row]) => row));
  const target = map.target.map((word, row) => (forced.has(row) ? `${word} (forced)` : word));
  const { zoom, size } = printedSize(map, target);
  const { xaxis, yaxis } = axes(map, { ticks: "outside", ticklen: 4 * zoom });
  const name = (axis, words) => ({
    ...axis,
    tickvals: words.map((_, index) => index), // positions, because a word may occur twice
    ticktext: words.map((word) => escaped(printed(word))),
    tickcolor: "rgba(0,0,0,0)",
  });
  const [heatmap, texts] = traces(map, "Courier New, Courier, monospace");
  const gap = { xgap: 2 * zoom, ygap: 2 * zoom };
  const data = [{ ...heatmap, ...gap, showscale: true, colorbar: colourKey(map, zoom) }];
  if (texts) data.push({ ...texts, textfont: { ...texts.textfont, size: 11 * zoom } });
  const layout = {
    ...size,
    xaxis: { ...name(xaxis, map.source), tickangle: -40 },
    yaxis: name(yaxis, target),
    font: { ...PRINT_FONT, size: PRINT_FONT.size * zoom },
    shapes: forcedShapes(map, zoom),
    paper_bgcolor: "#fff",
    plot_bgcolor: "#fff",
    showlegend: false,
  };
  return { data, layout, config: { staticPlot: true, typesetMath: false } };
}

async function image(map, format) {
  const picture = printedFigure(map);
  const { width, height } = picture.layout;
  const address = await Plotly.toImage(picture, { format, width, height });
  return (await fetch(address)).blob();
}

// RFC 4180: quotes where they are needed, lines that end in CR LF.
function csv(map) {
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  const lines = map.target.map((word, row) => [word, ...map.weights[row]]);
  const table = [["", ...map.source], ...lines];
  const add = (name, values) =>
    values && [name, ...values].forEach((value, index) => table[index].push(value));
  add("probability", map.probabilities);
  add("entropy (bits)", map.entropy);
  return table.map((row) => row.map(String).map(quoted).join(",") + "\r\n").join("");
}

function json({ shares, asked, ...map }) {
  return JSON.stringify({ ...map, pinned: isSome(state.pinned) ? state.pinned : null });
}

function save(content, name) {
  const link = make("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function download(kind) {
  const { map } = state;
  const text = (content, type) => new Blob([content], { type: `${type};charset=utf-8` });
  const makers = {
    png: () => image(map, "png"),
    svg: () => image(map, "svg"),
    csv: () => text(csv(map), "text/csv"),
    json: () => text(json(map), "application/json"),
  };
  save(await makers[kind](), `${map.name}.${kind}`);
}

function listenToExports() {
  exports?.addEventListener("click", (event) => {
    const kind = event.target.closest(".map-export")?.dataset.kind;
    if (kind && state.map) download(kind);
  });
}
