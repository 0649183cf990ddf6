// The second part of the body of a function of (element, trigger, props, watch); the first,
// beam_layout.js, stands before it. gr.HTML calls it once.
const tree = element.querySelector(".beam-tree");
const scroll = element.querySelector(".tree-scroll");
const steps = element.querySelector(".tree-steps");
const canvas = element.querySelector(".tree-canvas");
const note = element.querySelector(".tree-note");

const STATUS = {
  alive: "continued",
  pruned: "pruned",
  finished: "finished",
  unfinished: "unfinished when the search stopped",
};
const SVG = "http://www.w3.org/2000/svg";

let drawn = ""; // what the drawing shows, as JSON
let nodes = new Map(); // by id; each with its parent, children, row, button and edge
let current = null; // the node in the tab order, where the arrow keys start

function span(className, text) {
  const part = document.createElement("span");
  part.className = className;
  part.textContent = text;
  return part;
}

function scores({ score, log_prob }) {
  const sure = `log-probability ${figure(log_prob)} · probability ${probability(log_prob)}`;
  return `score ${figure(score)} · ${sure}`;
}

function heading({ left, width }, step) {
  const part = span("", step || "step");
  part.style.cssText = `left: ${left}px; width: ${width}px`;
  return part;
}

function button(node, { left, width }) {
  const part = document.createElement("button");
  part.type = "button";
  part.className = "tree-node";
  part.dataset.id = node.id;
  part.dataset.status = node.status;
  part.title = [node.text, scores(node), STATUS[node.status], node.note].filter(Boolean).join("\n");
  part.style.cssText = `left: ${left}px; top: ${node.row * ROW}px; width: ${width}px`;
  part.tabIndex = -1;
  part.setAttribute("role", "treeitem");
  part.setAttribute("aria-level", node.step + 1);
  const status = STATUS[node.status] + (node.id === props.value.best ? ", the best" : "");
  part.setAttribute("aria-label", `${label(node.text)}, score ${figure(node.score)}, ${status}`);
  const words = span("tree-text", label(node.text));
  words.lang = "en";
  part.append(words, span("tree-figure", figures(node)));
  return part;
}

function edge(node, places) {
  const { left, width } = places[node.parent.step];
  const [x, end] = [left + width, places[node.step].left];
  const [y, down] = [node.parent.row, node.row].map((row) => (row + 0.4) * ROW); // middles
  const middle = (x + end) / 2;
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", `M${x} ${y}C${middle} ${y} ${middle} ${down} ${end} ${down}`);
  line.dataset.status = node.status;
  return line;
}

function draw() {
  place(nodes);
  const places = columns(nodes);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  // From the top down, which is the order in which a screen reader meets them.
  const ordered = [...nodes.values()].sort((a, b) => a.step - b.step || a.row - b.row);
  for (const node of ordered) {
    node.button = button(node, places[node.step]);
    if (node.parent) svg.append((node.edge = edge(node, places)));
  }
  const { left, width } = places.at(-1);
  canvas.style.width = steps.style.width = `${left + width}px`;
  canvas.style.height = `${(Math.max(...ordered.map((node) => node.row)) + 1) * ROW}px`;
  steps.replaceChildren(...places.map(heading));
  canvas.replaceChildren(svg, ...ordered.map((node) => node.button));
}

// The nodes from the root to the one of this id; none for an id that there isn't.
function path(id) {
  const found = [];
  for (let node = nodes.get(id); node; node = node.parent) found.unshift(node);
  return found;
}

function mark() {
  const { chosen, best } = props.value;
  const [onChosen, onBest] = [chosen, best].map((id) => new Set(path(id)));
  for (const node of nodes.values()) {
    for (const part of [node.button, node.edge]) {
      part?.classList.toggle("on-chosen", onChosen.has(node));
      part?.classList.toggle("on-best", onBest.has(node));
    }
    node.button.setAttribute("aria-selected", String(node.id === chosen));
  }
  // Of the lines that leave one node, those on a path lie on top.
  for (const node of [...onBest, ...onChosen]) node.edge?.parentNode.append(node.edge);
}

// Only the current node is in the tab order.
function move(node) {
  if (current) current.button.tabIndex = -1;
  current = node;
  node.button.tabIndex = 0;
}

function tell(node) {
  if (!node) return note.replaceChildren(span("tree-why", "Point at a node to read its hypothesis."));
  const texts = path(node.id).filter((step) => step.parent); // the root is no text of it
  const words = span("tree-hypothesis", texts.map(({ text }) => text).join("").trimStart());
  words.lang = "en";
  const why = node.note || STATUS[node.status];
  note.replaceChildren(words, " ", span("tree-scores", scores(node)), " · ", span("tree-why", why));
}

// When no node is pointed at, the line tells of the one in focus, else of the chosen or the best.
function rest() {
  const { chosen, best } = props.value || {}; // hiding a focused node takes its focus
  const focused = canvas.contains(document.activeElement) ? current : null;
  tell(focused ?? nodes.get(chosen) ?? nodes.get(best));
}

function update() {
  const { nodes: list = [], chosen, best } = props.value || {};
  tree.hidden = !list.length;
  if (tree.hidden) return;
  const held = canvas.contains(document.activeElement);
  const shown = JSON.stringify([list, best]);
  if (drawn !== shown) {
    drawn = shown;
    nodes = link(list);
    draw();
    scroll.scrollTo(0, 0);
    current = null; // its button is gone
  }
  mark();
  if (!held || !current) move(nodes.get(chosen) ?? nodes.values().next().value);
  if (held) current.button.focus();
  rest();
}

function neighbour(node, key) {
  if (key === "Home") return path(node.id)[0];
  if (key === "ArrowRight") return node.children[0];
  if (key === "ArrowLeft") return node.parent;
  const column = [...nodes.values()].filter(({ step }) => step === node.step);
  column.sort((a, b) => a.row - b.row);
  return column[column.indexOf(node) + { ArrowDown: 1, ArrowUp: -1 }[key]];
}

const nodeAt = ({ target }) => nodes.get(Number(target.closest(".tree-node")?.dataset.id));

canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return; // keys of the browser
  if (!["Home", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault(); // they would scroll
  neighbour(current, event.key)?.button.focus();
});
canvas.addEventListener("focusin", (event) => {
  move(nodeAt(event));
  tell(current);
});
canvas.addEventListener("focusout", () => setTimeout(rest)); // when the focus has moved on
canvas.addEventListener("mouseover", (event) => nodeAt(event) && tell(nodeAt(event)));
canvas.addEventListener("mouseleave", rest);
canvas.addEventListener("click", (event) => {
  if (nodeAt(event)) trigger("select", { id: nodeAt(event).id });
});

watch("value", update);
update();
