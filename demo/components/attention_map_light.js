// What is lit: frames laid over the plot and shades on the tokens. Nothing here asks plotly or
// reads a size, so that the answer to a hover does not depend on the size of the map.

const NOWHERE = { row: null, column: null };
const isSome = ({ row, column }) => row !== null || column !== null;
const isCell = ({ row, column }) => row !== null && column !== null;
const isSame = (one, other) => one.row === other.row && one.column === other.column;
const weightAt = ({ row, column }) => state.map.weights[row][column];

const frames = {}; // by name: a row, a column, a cell, and what is pinned

function makeFrames() {
  for (const name of ["row", "column", "cell", "pin"]) {
    frames[name] = make("div", `map-frame map-frame-${name}`);
    frames[name].hidden = true;
    overlay.append(frames[name]);
  }
}

// A frame round a cell, or round a whole row or column.
function place(frame, { row, column }) {
  frame.hidden = row === null && column === null;
  if (frame.hidden) return;
  const { style } = frame;
  style.left = column === null ? "0" : `${column * size.width}px`;
  style.width = column === null ? "100%" : `${size.width}px`;
  style.top = row === null ? "0" : `${row * size.height}px`;
  style.height = row === null ? "100%" : `${size.height}px`;
}

function placeForced(map) {
  overlay.querySelectorAll(".map-frame-forced").forEach((frame) => frame.remove());
  for (const [row, first, last] of forcedRuns(map)) {
    const frame = make("div", "map-frame map-frame-forced");
    place(frame, { row, column: first });
    frame.style.width = `${(last - first + 1) * size.width}px`;
    overlay.append(frame);
  }
}

const active = () => [state.hover, state.focus, state.pinned].find(isSome) || NOWHERE;

function light() {
  const { map } = state;
  const { row, column } = active();
  place(frames.row, { row, column: null });
  place(frames.column, { row: null, column });
  place(frames.cell, row !== null && column !== null ? { row, column } : NOWHERE);
  const along = row !== null && column === null; // a target token and where it looks
  const across = row === null && column !== null; // a source token and what looks at it
  shade(rows, row, across && map.weights.map((weights) => weights[column]), (index) =>
    map.shares[index][column]);
  shade(columns, column, along && map.weights[row], (index) => map.shares[row][index]);
}

// `weights`: of these tokens for the token that is lit on the other side, or false.
function shade(strip, lit, weights, shareOf) {
  [...strip.children].forEach((button, index) => {
    button.classList.toggle("lit", index === lit);
    if (weights) {
      button.dataset.share = weights[index].toFixed(4);
      button.style.setProperty("--share", shareOf(index).toFixed(4));
    } else if ("share" in button.dataset) {
      delete button.dataset.share;
      button.style.removeProperty("--share");
    }
  });
}

function showPin() {
  const { pinned } = state;
  place(frames.pin, pinned);
  const mark = (strip, kept) =>
    [...strip.children].forEach((button, index) => {
      button.classList.toggle("pinned", index === kept);
      button.setAttribute("aria-pressed", String(index === kept));
    });
  mark(rows, isCell(pinned) ? null : pinned.row);
  mark(columns, isCell(pinned) ? null : pinned.column);
}

function showTip(cell, x, y) {
  const { map } = state;
  const word = (text) => make("bdi", "", cut(text.replace(/\s/g, " "), LONGEST_TIP));
  const share = map.shares[cell.row][cell.column].toFixed(3);
  const scaled = map.scale === "row" ? ` (${share} of the row’s largest)` : "";
  tip.replaceChildren(
    word(map.target[cell.row]),
    " ← ",
    word(map.source[cell.column]),
    `: ${weightAt(cell).toFixed(3)}${scaled}`,
  );
  tip.hidden = false;
  moveTip(x, y);
}

// On the side of the pointer that has more room, so that its own size need not be known.
function moveTip(x, y) {
  const before = x > innerWidth / 2 ? "calc(-100% - 12px)" : "12px";
  tip.style.left = `${x}px`;
  tip.style.top = `${y}px`;
  tip.style.transform = `translate(${before}, ${y > 60 ? "calc(-100% - 10px)" : "18px"})`;
}

// The current or pinned cell in words; of a pinned token, its strongest partners.
function say() {
  const at = isCell(state.focus) ? state.focus : state.pinned;
  const text = isSome(at) ? describe(at) : "";
  if (line.textContent !== text) line.textContent = text;
}

function describe({ row, column }) {
  const { source, target, weights } = state.map;
  const cell = () => `with weight ${weights[row][column].toFixed(2)}`;
  if (column === null) return `“${target[row]}” looks at ${strongest(source, weights[row])}`;
  if (row !== null) return `“${target[row]}” looks at “${source[column]}” ${cell()}`;
  const seen = weights.map((one) => one[column]);
  return `“${source[column]}” is looked at by ${strongest(target, seen)}`;
}

function strongest(words, weights) {
  const order = weights.map((weight, index) => [weight, index]).sort((a, b) => b[0] - a[0]);
  const named = order.filter(([weight], place) => place === 0 || weight >= 0.005).slice(0, 3);
  return named.map(([weight, index]) => `“${words[index]}” ${weight.toFixed(2)}`).join(", ");
}
