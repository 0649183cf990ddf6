// The text: a span for each token, made once and kept from value to value, so that nothing
// flickers while a model writes.

const MOST_BITS = 12; // of the full shade; rarer tokens have it, too
const bits = (probability) => -Math.log2(probability);

const drawn = []; // a token each: { node, gap, shown, share }

// The value as Python packed it; rivals are unpacked when they are asked for.
function read(packed) {
  if (!packed) return null;
  const pretty = packed.pretty?.split("\n");
  const lines = packed.tokens ? packed.tokens.split("\n") : [];
  const tokens = lines.map((line, index) => {
    const at = line.indexOf(" ");
    const text = line.slice(at + 1);
    return { text, probability: Number(line.slice(0, at)), shown: pretty?.[index] ?? text };
  });
  const alternatives = packed.alternatives?.split("\n");
  const { prompt = "", mode, replaceable = true, writing, selected = null, asked, note = "" } = packed;
  return { prompt, tokens, alternatives, mode, replaceable, writing, selected, asked, note };
}

const rivalsOf = (index) => JSON.parse(state.value.alternatives?.[index] ?? "[]");

// From 0, as expected, to 1, the full shade.
function shareOf(probability, mode) {
  const share = mode === "surprisal" ? bits(probability) / MOST_BITS : 1 - probability;
  return Math.min(Math.max(share || 0, 0), 1).toFixed(3); // NaN is not shaded
}

function fill(token, { shown, probability }, mode) {
  const share = shareOf(probability, mode);
  if (token.share !== share) token.node.style.setProperty("--share", (token.share = share));
  if (token.shown === shown) return;
  token.shown = shown;
  // The space before a word belongs to its token, and yet is not shaded.
  token.gap.data = shown.match(/^\s+(?=\S)/)?.[0] ?? "";
  token.node.textContent = shown.slice(token.gap.length);
  token.node.classList.toggle("is-word", token.gap.length > 0);
}

function newToken(index) {
  const node = make("span", "strip-token");
  node.index = index;
  node.ariaHidden = "true"; // what is read out is the copy and the current token
  return { node, gap: document.createTextNode("") };
}

function drawTokens({ tokens, mode }) {
  const added = document.createDocumentFragment();
  tokens.forEach((next, index) => {
    if (index === drawn.length) {
      drawn.push(newToken(index));
      added.append(drawn[index].gap, drawn[index].node);
    }
    fill(drawn[index], next, mode);
  });
  words.append(added);
  while (drawn.length > tokens.length) {
    const { node, gap } = drawn.pop();
    node.remove();
    gap.remove();
  }
}

function drawLegend({ mode, prompt }) {
  const measured = mode === "surprisal" ? ["surprisal", "0", `${MOST_BITS} bits`] : ["probability", "1", "0"];
  [find("measure"), find("low"), find("high")].forEach((part, n) => (part.textContent = measured[n]));
  find("given").hidden = !prompt;
}

// Only the current token is in the tab order, and only it is a button with a name.
function makeCurrent(index) {
  const last = drawn[state.current]?.node;
  if (last && index !== state.current) {
    for (const name of ["role", "tabindex", "aria-label", "aria-pressed", "aria-expanded"])
      last.removeAttribute(name);
    last.ariaHidden = "true";
  }
  state.current = index;
  if (!drawn[index]) return;
  const { node } = drawn[index];
  const { text, probability } = state.value.tokens[index];
  const figures = `probability ${figure(probability)}, ${inBits(probability)}`;
  node.removeAttribute("aria-hidden");
  node.tabIndex = 0;
  node.role = "button";
  node.ariaLabel = `${spoken(text)}, ${figures}, token ${index + 1} of ${drawn.length}`;
  node.ariaPressed = String(index === state.selected);
  node.ariaExpanded = String(index === state.open);
}

function mark(index) {
  drawn[state.selected]?.node.classList.remove("selected");
  state.selected = index;
  drawn[index]?.node.classList.add("selected");
}
