// The body of a function of (element, trigger, props, watch), called once by gr.HTML. Texts are set
// as text, never as markup.
const box = element.querySelector(".corrected-text");
const legend = element.querySelector(".corrected-legend");
let words = []; // the node of each word
let opened = null; // the word that is marked
let asked = 0; // how many were opened

function letters([before, after]) {
  if (before === after) return [document.createTextNode(after)];
  const found = [];
  if (before) found.push(make("del", "", before));
  if (after) found.push(make("ins", "", after));
  return found;
}

function word(run) {
  const changed = run.letters.length > 0;
  const node = make("span", "corrected-word", changed ? "" : run.text);
  node.append(...run.letters.flatMap(letters));
  node.classList.toggle("changed", changed);
  node.classList.toggle("own", run.chosen);
  node.role = "button";
  node.ariaLabel = node.title = run.said;
  // Tab stops at what was changed, and the arrow keys everywhere.
  node.tabIndex = changed ? 0 : -1;
  return node;
}

function mark() {
  words.forEach((node, index) => (node.ariaPressed = String(index === opened)));
  const none = !words.some((node) => node.tabIndex === 0);
  if (none && words.length) (words[opened] ?? words[0]).tabIndex = 0;
}

function draw() {
  const focused = words.indexOf(document.activeElement);
  const value = props.value && JSON.parse(JSON.stringify(props.value)); // a proxy is slow to read
  const nodes = (value?.runs ?? []).map((run) => (run.text === undefined ? run : word(run)));
  words = nodes.filter((node) => typeof node !== "string");
  box.replaceChildren(...nodes);
  legend.hidden = !words.length;
  // The answer to something earlier does not take back what was opened since.
  if (!(value?.asked < asked)) opened = value?.opened ?? null;
  mark();
  // The nodes are new, so a keyboard user would otherwise start again from the top of the page.
  words[focused]?.focus({ preventScroll: true });
}

function open(index, key) {
  const open = words[index].ariaPressed === "true";
  if (open && key) return trigger("focus");
  if (open) return;
  opened = index;
  asked += 1;
  mark();
  trigger("select", { index, key, asked });
}

// The nearest word of the next line, or of the one before.
function acrossLines(index, direction) {
  const at = words[index].getBoundingClientRect();
  const middle = (one) => one.left + one.width / 2;
  const lines = words
    .map((node, place) => ({ place, one: node.getClientRects()[0] }))
    .filter(({ one }) => (one.top - at.top) * direction > at.height / 2);
  const line = Math.min(...lines.map(({ one }) => (one.top - at.top) * direction));
  const inLine = lines.filter(({ one }) => (one.top - at.top) * direction < line + at.height / 2);
  const off = ({ one }) => Math.abs(middle(one) - middle(at));
  inLine.sort((a, b) => off(a) - off(b));
  return inLine[0]?.place ?? index;
}

const MOVES = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  ArrowUp: (index) => acrossLines(index, -1),
  ArrowDown: (index) => acrossLines(index, 1),
  Home: () => 0,
  End: () => words.length - 1,
};

box.addEventListener("keydown", (event) => {
  const index = words.indexOf(event.target);
  if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return; // the page's own keys
  if (event.key === "Enter" || event.key === " ") {
    if (!event.repeat) open(index, true);
  } else if (event.key in MOVES) words[MOVES[event.key](index)]?.focus();
  else return;
  event.preventDefault(); // they would scroll
});
box.addEventListener("click", ({ target }) => {
  const index = words.indexOf(target.closest(".corrected-word"));
  if (index >= 0 && getSelection().isCollapsed) open(index, false);
});
watch("value", draw);
draw();
