// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
// The plots' own data stay readable: element.querySelectorAll(".report-plot > div")[0].data
const box = element.querySelector(".report-plot");
const details = element.querySelector(".report-points");

// Okabe and Ito (2008), without yellow, and the two palest a little darker for white. Six lines differ by colour, and
// by dash and mark as well; six more by another dash and by open marks.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#3a8fc4", "#b87e00"];
const DASHES = ["solid", "dash", "dot", "dashdot"];
const MARKS = ["circle", "square", "diamond", "triangle-up", "x", "star"];
const HEIGHT = 330;
const LEGEND = { row: 22, item: 190 }; // pixels

const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();

// Plotly reads some markup in texts.
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

function trace({ name, x, y, texts, like }, place) {
  const index = like ?? place;
  const round = Math.floor(index / COLOURS.length);
  const ink = COLOURS[index % COLOURS.length];
  const variant = like !== undefined;
  return {
    type: "scatter",
    mode: x.length > 40 || variant ? "lines" : "lines+markers",
    name: escaped(name),
    x,
    y,
    text: texts?.map(escaped),
    showlegend: !variant,
    line: { color: ink, width: variant ? 1 : 2.5, dash: DASHES[(index + round) % DASHES.length] },
    marker: { color: ink, size: x.length === 1 ? 10 : 6, symbol: MARKS[index % MARKS.length] + (round % 2 ? "-open" : "") },
    hovertemplate: `%{y:.4g}${texts ? " · %{text}" : ""}<extra>%{fullData.name}, %{x}</extra>`,
  };
}

// Between powers of ten 2 and 5 have their marks where there is room for them.
function logAxis({ lines }) {
  const shown = lines.flatMap(({ y }) => y.filter((value) => value > 0).map(Math.log10));
  const powers = Math.max(...shown) - Math.min(...shown);
  const dtick = powers < 2 ? "D2" : Math.ceil(powers / 8);
  return { type: "log", exponentformat: "power", dtick };
}

function layout(plot, width) {
  const [ink, line] = [colour("--body-text-color"), colour("--line")];
  const named = plot.lines.filter(({ like }) => like === undefined).length;
  const several = named > 1;
  const rows = several ? Math.ceil(named / Math.max(1, Math.floor(width / LEGEND.item))) : 0;
  const axis = { gridcolor: line, linecolor: line, zeroline: false, automargin: false };
  return {
    width,
    height: HEIGHT + LEGEND.row * rows,
    margin: { l: 60, r: 10, t: 10, b: 56 + LEGEND.row * rows, autoexpand: false },
    font: { family: colour("--font"), size: 12, color: ink },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: { ...axis, title: { text: escaped(plot.x_label) } },
    yaxis: { ...axis, ...(plot.y_log ? logAxis(plot) : {}), title: { text: escaped(plot.y_label) } },
    showlegend: several,
    legend: { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom" },
    hoverlabel: { align: "left" },
  };
}

function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function tableOf({ x_label, y_label, lines }) {
  const table = document.createElement("table");
  const says = lines.some(({ texts }) => texts);
  const head = table.createTHead().insertRow();
  head.append(...["line", x_label, y_label, ...(says ? ["of"] : [])].map((text) => cell("th", text)));
  const body = table.createTBody();
  for (const { name, x, y, texts } of lines) {
    x.forEach((place, index) => {
      const value = typeof y[index] === "number" ? Number(y[index].toPrecision(4)) : "";
      const row = [cell("th", name), cell("td", place), cell("td", value)];
      body.insertRow().append(...row, ...(says ? [cell("td", texts?.[index] ?? "")] : []));
    });
  }
  return table;
}

// Made when it is opened, because few will.
function drawTables() {
  const plots = props.value ?? [];
  details.hidden = !plots.length;
  if (details.open) element.querySelector(".report-points-scroll").replaceChildren(...plots.map(tableOf));
}

function draw() {
  const width = element.clientWidth;
  if (!width) return; // in a hidden tab; the observer below draws it later
  const plots = props.value ?? [];
  while (box.children.length > plots.length) {
    Plotly.purge(box.lastChild);
    box.lastChild.remove();
  }
  while (box.children.length < plots.length) box.append(document.createElement("div"));
  plots.forEach((plot, index) => {
    const config = { displaylogo: false, responsive: false, typesetMath: false };
    Plotly.react(box.children[index], plot.lines.map(trace), layout(plot, width), config);
  });
}

function start() {
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) draw();
    width = element.clientWidth;
  }).observe(element);
  new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });
  watch("value", draw);
  draw();
}

details.addEventListener("toggle", drawTables);
watch("value", drawTables);
drawTables();

if (window.Plotly) start();
else document.getElementById("plotly-js").addEventListener("load", start);
