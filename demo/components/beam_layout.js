// The first part of the body whose second is beam_tree.js: what a node says and where it stands.
const ROW = 30; // px from one node to the next below it; a node is 24 px high
const GAP = 34; // px between columns, for the edges
const PADDING = 24; // px inside a node: borders, and the space beside the text and the figure
const LONGEST_LABEL = 14; // characters; the title has them all

const figure = (x) => (Math.abs(x) < 0.005 ? "0.00" : x.toFixed(2).replace("-", "−"));
const probability = (x) => Number(Math.exp(x).toPrecision(2)).toString().replace("-", "−");

function label(text) {
  if (text === "") return "∅"; // part of a letter, say, that only the next token completes
  const letters = [...(text.trimStart() || "␣")];
  return letters.slice(0, LONGEST_LABEL).join("") + (letters.length > LONGEST_LABEL ? "…" : "");
}

const figures = (node) =>
  node.status === "finished"
    ? `${figure(node.log_prob)} ✓ ${figure(node.score)}`
    : figure(node.log_prob);

// A list of nodes -> a map by id, with parents and children, the best first.
function link(list) {
  const nodes = new Map(list.map((node) => [node.id, { ...node, children: [] }]));
  for (const node of nodes.values()) {
    node.parent = nodes.get(node.parent) ?? null;
    node.parent?.children.push(node);
  }
  const all = [...nodes.values()];
  for (const node of [...all].sort((a, b) => b.step - a.step)) {
    const ends = node.children.map((child) => child.end);
    node.end = Math.max(node.status === "finished" ? node.score : -Infinity, ...ends);
    // Infinities have no difference, hence the comparison.
    const better = (a, b) => (a.end === b.end ? b.score - a.score : b.end > a.end ? 1 : -1);
    node.children.sort(better);
  }
  return nodes;
}

// Gives each node its row: parents before children and the best first, each takes the first free
// row of its column, yet at most one row above its parent's. So the best hypothesis runs along the
// top, edges stay short, and none cross, because every column has the same order.
function place(nodes) {
  const free = []; // by step
  const settle = (node, above) => {
    node.row = Math.max(free[node.step] ?? 0, above);
    free[node.step] = node.row + 1;
    for (const child of node.children) settle(child, node.row - 1);
  };
  for (const node of nodes.values()) if (!node.parent) settle(node, 0);
}

// How wide texts are; the best path is bold, which may be any.
function measures() {
  const { fontFamily } = getComputedStyle(canvas);
  const mono = getComputedStyle(canvas).getPropertyValue("--font-mono");
  return [`bold 14px ${fontFamily}`, `11px ${mono}`].map((font) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    return (text) => pen.measureText(text).width;
  });
}

// Each column is as wide as its widest node.
function columns(nodes) {
  const [words, digits] = measures();
  const widths = [];
  for (const node of nodes.values()) {
    const width = Math.ceil(words(label(node.text)) + digits(figures(node)) + PADDING);
    widths[node.step] = Math.max(widths[node.step] ?? 0, width);
  }
  let left = 0;
  return Array.from(widths, (width = 0) => {
    const column = { left, width };
    left += width + GAP;
    return column;
  });
}
