// The strips of source and target tokens: buttons laid along the columns and rows.

// Buttons are kept from value to value, so that the focus stays where it is.
function countTokens(strip, count) {
  const focused = [...strip.children].indexOf(document.activeElement);
  while (strip.children.length > count) strip.lastChild.remove();
  while (strip.children.length < count) {
    const button = make("button", "map-token");
    button.type = "button";
    button.tabIndex = -1;
    strip.append(button);
  }
  const stop = [...strip.children].findIndex((button) => button.tabIndex === 0);
  strip.children[Math.max(stop, 0)].tabIndex = 0; // one stop of the Tab key for the strip
  if (focused >= count) strip.lastChild.focus();
}

function fillToken(button, label) {
  const text = label.replace(/\s/g, " ");
  button.replaceChildren(make("bdi", "map-word", cut(text, LONGEST_LABEL)));
  button.title = label;
  button.setAttribute("aria-label", label.trim() || "blank");
}

// What stands beside a target token: its probability, and whether its attention was forced.
function addNotes(button, label, probability, forced) {
  const name = [label.trim() || "blank"];
  if (forced) {
    const mark = make("small", "map-forced", "forced");
    mark.title = "its attention was forced by you";
    button.prepend(mark);
    name.push("attention forced");
  }
  if (probability !== undefined) {
    const shown = probability < 0.005 ? "<.01" : figure(probability);
    const note = make("small", "map-probability", shown);
    note.title = probability < 0.00005 ? "probability below 0.0001" : `probability ${probability.toFixed(4)}`;
    button.append(note);
    name.push(probability < 0.005 ? "probability below 0.01" : `probability ${probability.toFixed(2)}`);
  }
  button.setAttribute("aria-label", name.join(", "));
}

function drawTokens(map) {
  const forced = new Set((map.forced || []).map(([row]) => row));
  countTokens(columns, map.source.length);
  countTokens(rows, map.target.length);
  map.source.forEach((label, index) => fillToken(columns.children[index], label));
  map.target.forEach((label, index) => {
    fillToken(rows.children[index], label);
    addNotes(rows.children[index], label, map.probabilities?.[index], forced.has(index));
  });
}

function drawEntropy({ source, entropy }) {
  measure.hidden = side.hidden = !entropy;
  if (!entropy) return;
  const most = Math.log2(source.length);
  measure.title = `of each row; at most log2(${source.length}) = ${most.toFixed(2)} bits`;
  const bars = entropy.map((bits) => {
    const bar = make("div", "map-bar");
    bar.title = `entropy ${bits.toFixed(4)} bits, at most ${most.toFixed(2)}`;
    bar.style.setProperty("--part", most > 0 ? Math.min(bits / most, 1) : 0);
    bar.append(make("i"));
    return bar;
  });
  side.replaceChildren(...bars);
}

// Room for the longest labels, in bold, as a lit one is; then the cells share what is left.
function fit(map) {
  const { width, widest, height } = hasNumbers(map) ? CELL : PLAIN_CELL;
  const most = Math.min(220, Math.max(90, element.clientWidth * 0.36));
  setSizes({ "--cell-height": height, "--longest": most, "--left": "max-content" });
  canvas.classList.add("measuring");
  const left = Math.ceil(rows.getBoundingClientRect().width);
  const slanted = Math.max(...[...columns.children].map((button) => button.offsetWidth));
  const bits = map.entropy ? measure.offsetWidth : 0;
  canvas.classList.remove("measuring");
  const top = Math.ceil(Math.max(slanted, bits) * Math.sin(SLANT)) + 22;
  setSizes({ "--left": left, "--top": top });
  const count = map.source.length;
  const cell = (room) => Math.floor(Math.min(widest, Math.max(width, room / count)));
  const room = scroll.clientWidth - left;
  // The last label leans out to the right, from the middle of its column.
  const lean = (inside) => Math.ceil(slanted * Math.cos(SLANT)) + 8 - inside;
  const beside = map.entropy ? 30 + Math.max(56, Math.ceil(bits * Math.cos(SLANT))) : 4;
  const right = Math.max(beside, lean(cell(room) / 2));
  size.width = cell(room - right);
  size.height = height;
  const line = Math.min(20, Math.floor(size.width * Math.sin(SLANT)));
  setSizes({ "--columns": size.width * count, "--line-height": line });
  // Who moves to a cell by key sees its label as well.
  setSizes({ "--right": Math.max(beside, lean(size.width / 2)), "--lean": lean(size.width / 2) });
}

function setSizes(sizes) {
  for (const [name, value] of Object.entries(sizes))
    scroll.style.setProperty(name, typeof value === "number" ? `${value}px` : value);
}

function placeTokens() {
  [...columns.children].forEach((button, index) => {
    button.style.left = `${(index + 0.5) * size.width}px`;
  });
}
