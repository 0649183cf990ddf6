// The bars, drawn by plotly: an outline before the filters, solid after them.

const BAR = { width: 0.34, off: 0.19 }; // of the height of a row

const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();

function trace(rows, name, off, marker) {
  return {
    type: "bar",
    orientation: "h",
    name,
    x: rows.map((row) => row[name]),
    y: rows.map((_, index) => index + off),
    width: BAR.width,
    hoverinfo: "skip",
    marker,
  };
}

function traces({ rows }) {
  const [accent, soft] = [colour("--accent"), colour("--soft")];
  const ink = rows.map((row) => (row.removed_by === null ? accent : soft));
  const before = {
    color: ink.map((one) => `${one}38`),
    line: { color: ink, width: 1 },
    pattern: {
      shape: rows.map((row) => (row.removed_by === null ? "" : "/")),
      fgcolor: soft,
      bgcolor: "rgba(0,0,0,0)",
      size: 5,
      solidity: 0.2,
    },
  };
  return [
    trace(rows, "before", -BAR.off, before),
    trace(rows, "after", BAR.off, { color: accent }),
  ];
}

function drawBars(chart) {
  const { rows } = chart;
  const most = Math.max(...rows.flatMap(({ before, after }) => [before, after]));
  const axis = { visible: false, fixedrange: true };
  const layout = {
    width: find("middle").clientWidth,
    height: ROW * rows.length,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    barmode: "overlay",
    xaxis: { ...axis, range: [0, most * 1.01 || 1] },
    yaxis: { ...axis, range: [rows.length - 0.5, -0.5] },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: false,
  };
  Plotly.react(find("plot"), traces(chart), layout, { staticPlot: true, typesetMath: false });
}
