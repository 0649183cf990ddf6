// Pointer and keys: what is hovered, focused and pinned.

function pin(next) {
  const changed = !isSame(next, state.pinned);
  state.pinned = next;
  showPin();
  light();
  say();
  if (!changed) return;
  state.asked += 1;
  trigger("select", { ...next, asked: state.asked });
}

// Once more lets go: a touch screen has no Esc.
function toggle(next) {
  const held = isSame(next, state.pinned);
  if (held) state.focus = NOWHERE;
  pin(held ? NOWHERE : next);
}

function hover(next) {
  if (isSame(next, state.hover)) return;
  state.hover = next;
  light();
}

function focusOn(next) {
  state.focus = next;
  if (state.map) light();
  if (state.map) say();
}

// From a key on, a pointer that rests counts for nothing, though the map may scroll under it.
let resting = null; // { x, y, keys: whether a key came since }

function isResting({ clientX, clientY, pointerType }) {
  if (pointerType === "touch") return true; // it would stay lit when the finger is gone
  if (resting?.keys && resting.x === clientX && resting.y === clientY) return true;
  resting = { x: clientX, y: clientY, keys: false };
  return false;
}

function restPointer() {
  if (resting) resting.keys = true;
  tip.hidden = true;
  hover(NOWHERE);
}

function cellUnder({ clientX, clientY }) {
  const box = body.getBoundingClientRect();
  const within = (index, words) => Math.min(Math.max(Math.floor(index), 0), words.length - 1);
  return {
    row: within((clientY - box.y) / size.height, state.map.target),
    column: within((clientX - box.x) / size.width, state.map.source),
  };
}

function listenToPointer() {
  body.addEventListener("pointermove", (event) => {
    if (isResting(event)) return;
    const cell = cellUnder(event);
    if (!tip.hidden && isSame(cell, state.hover)) return moveTip(event.clientX, event.clientY);
    hover(cell);
    showTip(cell, event.clientX, event.clientY);
  });
  body.addEventListener("pointerleave", () => {
    tip.hidden = true;
    hover(NOWHERE);
  });
  body.addEventListener("click", (event) => {
    state.at = cellUnder(event);
    body.focus({ preventScroll: true });
    state.focus = state.at;
    toggle(state.at);
  });
}

// `place` makes the row or the column of an index.
function listenToStrip(strip, place, back, on) {
  const indexOf = (event) => [...strip.children].indexOf(event.target.closest(".map-token"));
  const at = (event) => (indexOf(event) < 0 ? NOWHERE : place(indexOf(event)));
  strip.addEventListener("pointerover", (event) => {
    if (!isResting(event)) hover(at(event));
  });
  strip.addEventListener("pointerleave", () => hover(NOWHERE));
  strip.addEventListener("focusin", (event) => {
    [...strip.children].forEach((button) => (button.tabIndex = -1));
    event.target.tabIndex = 0;
    focusOn(at(event));
  });
  strip.addEventListener("focusout", () => focusOn(NOWHERE));
  strip.addEventListener("click", (event) => {
    if (indexOf(event) >= 0) toggle(at(event));
  });
  strip.addEventListener("keydown", (event) => {
    const last = strip.children.length - 1;
    const index = indexOf(event);
    const moves = { [back]: index - 1, [on]: index + 1, Home: 0, End: last };
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || !(event.key in moves)) return;
    event.preventDefault();
    strip.children[Math.min(Math.max(moves[event.key], 0), last)].focus();
  });
}

function moveCell(key) {
  const [down, right] = [state.map.target.length - 1, state.map.source.length - 1];
  const { row, column } = state.at;
  const moves = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, right],
  };
  if (!(key in moves)) return false;
  const within = (value, last) => Math.min(Math.max(value, 0), last);
  state.at = { row: within(moves[key][0], down), column: within(moves[key][1], right) };
  focusOn(state.at);
  frames.cell.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  return true;
}

function listenToGrid() {
  body.addEventListener("focus", () => focusOn(state.at));
  body.addEventListener("blur", () => focusOn(NOWHERE));
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keeps = event.key === "Enter" || event.key === " ";
    if (keeps && !event.repeat) {
      state.focus = state.at;
      toggle(state.at);
    }
    if (keeps || moveCell(event.key)) event.preventDefault();
  });
}

// Esc is the page's key for Stop; it is taken only while there is something to let go.
function listenToEscape() {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(isSome(state.pinned) || isSome(state.focus))) return;
    event.stopPropagation();
    state.focus = NOWHERE;
    pin(NOWHERE);
  });
}

function listen() {
  element.addEventListener("keydown", () => state.map && restPointer(), { capture: true });
  listenToPointer();
  listenToStrip(columns, (column) => ({ row: null, column }), "ArrowLeft", "ArrowRight");
  listenToStrip(rows, (row) => ({ row, column: null }), "ArrowUp", "ArrowDown");
  listenToGrid();
  listenToEscape();
}
