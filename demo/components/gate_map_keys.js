// Pointer and keys: which unit is chosen, which token is looked at.

const LEAP = 10; // units of Page up and down
const PAUSE = 200; // ms after the last key, until the server hears of the unit
let telling = 0;

function tell() {
  const { unit, asked, map } = state;
  const { checkpoint, layer, quantity } = map;
  trigger("select", { unit, asked, checkpoint, layer, quantity });
}

function turnTo(unit) {
  const { map } = state;
  const next = Math.min(Math.max(unit, 0), map.units - 1);
  if (next === state.unit) return;
  state.unit = next;
  state.asked += 1;
  placeFrames();
  drawUnit();
  clearTimeout(telling);
  telling = setTimeout(tell, PAUSE);
}

function lookAt(token) {
  if (token === state.token) return;
  state.token = token;
  placeFrames();
  markToken();
  say();
}

function showTip(cell, { clientX, clientY }) {
  const { map } = state;
  const token = make("bdi", "", cut(visible(map.tokens[cell.token]), 40));
  tip.replaceChildren(token, ` · unit ${cell.unit}: ${figure(map.at(cell.token, cell.unit))}`);
  tip.hidden = false;
  // On the side of the pointer that has more room, so that its own size need not be known.
  const before = clientX > innerWidth / 2 ? "calc(-100% - 12px)" : "12px";
  Object.assign(tip.style, {
    left: `${clientX}px`,
    top: `${clientY}px`,
    transform: `translate(${before}, ${clientY > 60 ? "calc(-100% - 10px)" : "18px"})`,
  });
}

function leave() {
  tip.hidden = true;
  lookAt(null);
}

function listenToPointer() {
  body.addEventListener("pointermove", (event) => {
    const cell = state.map && event.pointerType !== "touch" ? cellUnder(event) : null;
    if (!cell) return leave();
    lookAt(cell.token);
    showTip(cell, event);
  });
  body.addEventListener("pointerleave", leave);
  body.addEventListener("click", (event) => {
    const cell = state.map && cellUnder(event);
    if (cell) turnTo(cell.unit);
  });
  const text = find("text");
  text.addEventListener("pointerover", ({ target }) => {
    const index = [...text.children].indexOf(target);
    lookAt(index < 0 ? null : index);
  });
  text.addEventListener("pointerleave", () => lookAt(null));
}

function move(key) {
  const { map, unit, token } = state;
  const last = map.tokens.length - 1;
  const units = { ArrowUp: unit - 1, ArrowDown: unit + 1, PageUp: unit - LEAP, PageDown: unit + LEAP };
  const tokens = {
    ArrowLeft: token === null ? last : Math.max(0, token - 1),
    ArrowRight: token === null ? 0 : Math.min(last, token + 1),
    Home: 0,
    End: last,
  };
  if (key in units) turnTo(units[key]);
  else if (key in tokens) lookAt(tokens[key]);
  else return false;
  tip.hidden = true;
  if (key in tokens) find("column").scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

function listenToKeys() {
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state.map) return;
    if (move(event.key)) event.preventDefault();
  });
  body.addEventListener("blur", () => lookAt(null));
  find("back").addEventListener("click", () => turnTo(state.unit - 1));
  find("on").addEventListener("click", () => turnTo(state.unit + 1));
  const number = find("number");
  number.addEventListener("input", () => {
    if (number.value !== "" && Number.isInteger(Number(number.value))) turnTo(Number(number.value));
  });
  number.addEventListener("blur", () => (number.value = state.unit));
}
