// What is said of one token: its figures and its rivals, for looking while the pointer or the focus
// is on it, and for choosing when it was pressed.

function inBits(probability) {
  if (!(probability >= 0)) return "unknown surprisal";
  return probability === 0 ? "∞ bits" : `${Math.abs(bits(probability)).toFixed(2)} bits`;
}

const isWritten = ([text, probability], token) =>
  text === token.text && Math.abs(probability - token.probability) < 1e-4;

function rival([text, probability], rank, most, token) {
  const { replaceable } = state.value;
  const row = make(replaceable ? "button" : "div", "strip-rival");
  const bar = make("i");
  bar.style.setProperty("--part", most > 0 ? probability / most : 0);
  row.append(signed(text), bar, make("b", "", figure(probability)));
  const written = isWritten([text, probability], token);
  if (written) row.classList.add("written");
  if (replaceable) {
    row.type = "button";
    row.tabIndex = -1;
    row.rank = rank;
    row.ariaPressed = String(written);
    row.ariaLabel = `${spoken(text)}, probability ${figure(probability)}`;
  }
  const item = make("li");
  item.append(row);
  return item;
}

function hint(count) {
  if (!count) return state.value.writing ? "Its rivals come when the writing has stopped." : "";
  if (!state.value.replaceable) return "";
  return state.open === null
    ? "Click or press Enter to put another in its place."
    : "Choose one: what stands before it is kept, the rest is written anew.";
}

function fillTip(index) {
  const token = state.value.tokens[index];
  const rivals = rivalsOf(index);
  const most = Math.max(...rivals.map(([, probability]) => probability));
  find("name").replaceChildren(signed(token.text));
  find("figures").textContent = `probability ${figure(token.probability)} · ${inBits(token.probability)}`;
  find("rivals").replaceChildren(...rivals.map((pair, rank) => rival(pair, rank, most, token)));
  find("hint").textContent = hint(rivals.length);
}

const rectOf = (index) => drawn[index].node.getClientRects()[0] ?? box.getBoundingClientRect();

// Below the token, or above it where there is more room.
function placeTip() {
  const at = rectOf(state.shown);
  const [width, height] = [document.documentElement.clientWidth, innerHeight];
  const below = height - at.bottom >= tip.offsetHeight + 14 || at.top < height / 2;
  const top = below ? at.bottom + 6 : at.top - tip.offsetHeight - 6;
  const within = (value, most) => `${Math.max(8, Math.min(value, most - 8))}px`;
  tip.style.left = within(at.left - 10, width - tip.offsetWidth);
  tip.style.top = within(top, height - tip.offsetHeight);
}

function stay() {
  clearTimeout(state.leaving);
  state.leaving = 0;
}

function showTip(index) {
  stay();
  state.shown = index;
  fillTip(index);
  tip.hidden = false;
  tip.ariaHidden = String(state.open === null); // the token's own name says as much
  placeTip();
  addEventListener("scroll", onScroll, { capture: true, passive: true });
}

function hideTip() {
  stay();
  state.shown = null;
  tip.hidden = true;
  removeEventListener("scroll", onScroll, { capture: true });
}

// It goes with its token, out of sight as well; under a pointer there is soon another one.
function onScroll({ target }) {
  if (tip.contains(target)) return;
  const held = state.open !== null || drawn[state.shown].node === document.activeElement;
  const [at, inside] = [rectOf(state.shown), box.getBoundingClientRect()];
  if (held && at.bottom > inside.top && at.top < inside.bottom) placeTip();
  else setOpen(null);
}

function setOpen(index) {
  state.open = index;
  tip.classList.toggle("open", index !== null);
  if (index === null) {
    hideTip();
    for (const name of ["role", "aria-label"]) tip.removeAttribute(name);
  } else {
    showTip(index);
    tip.role = "group";
    tip.ariaLabel = `Rivals of ${spoken(state.value.tokens[index].text)}`;
  }
  makeCurrent(state.current);
}
