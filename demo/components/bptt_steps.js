// The body of a function of (element, trigger, props, watch), called once by gr.HTML. Tokens of a
// visitor are set as text, never as markup.
const find = (name) => element.querySelector(`.bptt-${name}`);
const sections = [...element.querySelectorAll(".bptt-parts section")];
let value = null;
let shown = 0; // the index of a step, 0 is the first token

function make(tag, name, ...content) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...content.filter((part) => part !== undefined));
  return node;
}

// What stands behind "_", a letter or digit or {…}, is set low.
function typeset(text) {
  const parts = text.split(/_(\{[^}]*\}|\w)/);
  return parts.map((part, index) => (index % 2 ? make("sub", "", part.replace(/[{}]/g, "")) : part));
}

function figure(number) {
  const text = number.toFixed(3).replace("-", "−");
  return /[1-9]/.test(text) ? text : "0";
}

const formula = ({ text, slipped }) => make("p", slipped ? "slipped" : "", ...typeset(text));

function cell(number) {
  const text = figure(number);
  return make("td", text === "0" ? "nothing" : "", text);
}

// A table: names of its rows, what stands over each of its columns, and of each row the numbers.
function grid(rows, columns, numbers, corner = "") {
  const head = make("tr", "", make("th", "", corner), ...columns.map((name) => make("th", "", ...name)));
  const lines = numbers.map((line, index) => {
    const name = make("th", "", rows[index]);
    name.title = rows[index];
    return make("tr", "", name, ...line.map(cell));
  });
  head.querySelectorAll("th").forEach((part) => (part.scope = "col"));
  lines.forEach((line) => (line.firstChild.scope = "row"));
  return make("table", "", make("thead", "", head), make("tbody", "", ...lines));
}

// Vectors side by side become the columns of one table.
function vectors({ corner, rows, columns }, step) {
  const numbers = rows.map((_, index) => columns.map(({ key }) => step[key][index]));
  return grid(rows, columns.map(({ name }) => typeset(name)), numbers, corner);
}

// Its columns are units, or tokens of a visitor, which are no formulas.
function sum({ key, text, rows, columns }, step) {
  const names = columns.map((name) => [name]);
  const matrix = make("div", "bptt-matrix", grid(rows, names, step.added[key]));
  matrix.tabIndex = 0; // it may be wider than its place
  matrix.role = "region";
  matrix.ariaLabel = `added to the gradient of ${key}`;
  return make("div", "", formula({ text }), matrix);
}

function tokenButton(token, index) {
  const button = make("button", "", token);
  button.type = "button";
  button.ariaPressed = String(index === shown);
  button.ariaLabel = `step ${index + 1}, ${token}`;
  button.tabIndex = index === shown ? 0 : -1;
  button.addEventListener("click", () => go(index));
  return button;
}

function draw() {
  find("tokens").replaceChildren(...value.tokens.map(tokenButton));
  find("back").disabled = shown === 0;
  find("on").disabled = shown === value.tokens.length - 1;
  const step = value.steps[shown];
  find("title").textContent = step.title;
  value.parts.forEach((part, index) => {
    const [lines, table] = sections[index].children;
    lines.replaceChildren(...part.formulas.map(formula));
    table.replaceChildren(vectors(part, step));
  });
  find("sums").replaceChildren(...value.sums.map((one) => sum(one, step)));
}

function go(index) {
  shown = Math.min(Math.max(index, 0), value.tokens.length - 1);
  const pressed = document.activeElement;
  draw(); // makes the tokens anew
  const stays = [find("back"), find("on")].includes(pressed) && !pressed.disabled;
  (stays ? pressed : find("tokens").children[shown]).focus({ preventScroll: true });
}

function show() {
  const last = value?.tokens.join("\n");
  value = props.value && JSON.parse(JSON.stringify(props.value));
  element.querySelector(".bptt").hidden = !value;
  if (!value) return;
  if (value.tokens.join("\n") !== last) shown = value.tokens.length - 1;
  draw();
}

find("back").addEventListener("click", () => go(shown - 1));
find("on").addEventListener("click", () => go(shown + 1));
find("control").addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: value.tokens.length - 1 };
  if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault(); // they would scroll
  go(moves[event.key]);
});
watch("value", show);
show();
