// The files distribution_chart_*.js and this one are the body of one function of (element,
// trigger, props, watch), called once by gr.HTML; all state belongs to this one chart.
// The plot's own data stay readable: element.querySelector(".chart-plot").data[0].x
const find = (name) => element.querySelector(`.chart-${name}`);
const body = find("body");

const state = {
  chart: null, // the value as drawn
  step: 0, // the last one asked for: keys may be quicker than answers
  asked: 0, // how many were asked for
};

function go(step) {
  const { chart } = state;
  const wanted = Math.min(Math.max(step, 0), chart.steps - 1);
  if (wanted === state.step) return;
  state.step = wanted;
  state.asked += 1;
  trigger("step", { step: wanted, asked: state.asked });
}

function show() {
  if (!element.clientWidth) return; // in a hidden tab; the observer below draws it later
  const { chart } = state;
  find("explanation").hidden = Boolean(chart);
  find("parts").hidden = !chart;
  if (!chart) return;
  drawRows(chart);
  drawWords(chart);
  drawBars(chart);
  drawTable();
}

function take() {
  state.chart = readChart(props.value);
  // The answer to an earlier key must not take the visitor back.
  if (!(state.chart?.asked < state.asked)) state.step = state.chart?.step ?? 0;
  show();
}

function onKey(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || find("table").contains(event.target)) return;
  const moves = {
    ArrowLeft: state.step - 1,
    ArrowRight: state.step + 1,
    Home: 0,
    End: state.chart.steps - 1,
  };
  if (!(event.key in moves)) return;
  event.preventDefault(); // they would scroll
  go(moves[event.key]);
}

// Draws again when the width changes, and when light becomes dark.
function listenToPage() {
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) show();
    width = element.clientWidth;
  }).observe(element);
  new MutationObserver(show).observe(document.body, { attributeFilter: ["class"] });
}

function start() {
  find("parts").addEventListener("keydown", onKey);
  find("back").addEventListener("click", () => go(state.step - 1));
  find("on").addEventListener("click", () => go(state.step + 1));
  find("table").addEventListener("toggle", drawTable);
  listenToPage();
  watch("value", take);
  take();
}

if (window.Plotly) start();
else document.getElementById("plotly-js").addEventListener("load", start);
