// The files gate_map_*.js and this one are the body of one function of (element, trigger, props,
// watch), called once by gr.HTML; all state belongs to this one map.
// The plot's own data stay readable: element.querySelector(".gate-plot").data[0].z
const box = element.querySelector(".gate-map");
const find = (name) => element.querySelector(`.gate-${name}`);
const [scroll, body, plot, tip] = ["scroll", "body", "plot", "tip"].map(find);

const state = {
  map: null, // the value as drawn
  unit: 0,
  asked: 0, // how many were turned to
  token: null, // under the pointer or the keys
};

function show() {
  const { map } = state;
  box.hidden = !map;
  if (!map || !element.clientWidth) return; // in a hidden tab the observer below draws it later
  body.setAttribute(
    "aria-label",
    `Map of the ${map.quantity} of ${map.layer}: ${map.units} units, ${map.tokens.length} tokens. ` +
      "Arrow keys up and down choose a unit, left and right read its tokens.",
  );
  drawPlot(map);
  drawKey(map);
  placeFrames();
  drawText();
  drawUnit();
}

// Whether a map is the answer to something that was asked for before a unit was turned to.
function isLate(map) {
  const same = ["checkpoint", "layer", "quantity", "units"].every((name) => map?.[name] === state.map?.[name]);
  return same && map?.asked < state.asked;
}

function take() {
  const map = readMap(props.value);
  if (!isLate(map)) {
    clearTimeout(telling);
    state.unit = map?.unit ?? 0;
    state.asked = map?.asked ?? 0;
  }
  state.map = map;
  state.token = null;
  tip.hidden = true;
  show();
}

function start() {
  listenToPointer();
  listenToKeys();
  listenToExports();
  find("table").addEventListener("toggle", drawTable);
  watch("value", take);
  take();
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) show();
    width = element.clientWidth;
  }).observe(element);
  let dark = isDark();
  new MutationObserver(() => {
    if (isDark() !== dark) show();
    dark = isDark();
  }).observe(document.body, { attributeFilter: ["class"] });
}

if (window.Plotly) start();
else document.getElementById("plotly-js").addEventListener("load", start);
