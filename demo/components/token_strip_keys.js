// Pointer and keys: which token is looked at, current, selected, replaced.

const tokenOf = ({ target }) => target.closest?.(".strip-token")?.index ?? null;

function focusToken(index) {
  makeCurrent(index);
  drawn[index]?.node.focus();
}

// Selects; where the rivals are known, opens their list, and once more closes it.
function press(index, byKey) {
  if (state.open === index) return setOpen(null);
  mark(index);
  makeCurrent(index);
  drawn[index].node.focus({ preventScroll: true });
  if (rivalsOf(index).length) {
    setOpen(index);
    if (byKey) (choices()[0] ?? tip).focus();
  } else showTip(index);
  state.asked += 1;
  trigger("select", { index, asked: state.asked });
}

// The nearest token of the line above or below: the first line that is met in that direction.
function acrossLines(from, direction) {
  const at = rectOf(from);
  const off = (box) => Math.abs(box.left + box.width / 2 - at.left - at.width / 2);
  let [best, line] = [from, null];
  for (let index = from + direction; drawn[index]; index += direction) {
    const box = rectOf(index);
    if (Math.abs(box.top - (line ?? at).top) < at.height / 2) {
      if (line && off(box) < off(rectOf(best))) best = index;
    } else if (line) break;
    else [best, line] = [index, box];
  }
  return best;
}

// Tokens that are shown as nothing are passed over.
function along(from, direction) {
  let index = from + direction;
  while (drawn[index] && drawn[index].shown === "") index += direction;
  return drawn[index] ? index : from;
}

const MOVES = {
  ArrowLeft: (index) => along(index, -1),
  ArrowRight: (index) => along(index, 1),
  ArrowUp: (index) => acrossLines(index, -1),
  ArrowDown: (index) => acrossLines(index, 1),
  Home: () => along(-1, 1),
  End: () => along(drawn.length, -1),
};

const isModified = (event) => event.ctrlKey || event.metaKey || event.altKey; // the page's own

function onTokenKey(event) {
  const index = tokenOf(event);
  if (index === null || isModified(event)) return;
  if (event.key === "Enter" || event.key === " ") {
    if (!event.repeat) press(index, true);
  } else if (event.key in MOVES) focusToken(MOVES[event.key](index));
  else return;
  event.preventDefault(); // they would scroll
}

// From a move of its own on, not when the text moves under a pointer that rests.
let pointer = "";
function onPointer(event) {
  const moved = pointer !== (pointer = `${event.clientX} ${event.clientY}`);
  if (event.pointerType === "touch" || state.open !== null || !moved) return;
  const index = tokenOf(event);
  if (index === null) leave();
  else if (index !== state.shown || state.leaving) showTip(index);
}

// Between two words there is a gap.
function leave() {
  stay();
  if (state.open === null) state.leaving = setTimeout(hideTip, 150);
}

const choices = () => [...tip.querySelectorAll("button")];

function onTipKey(event) {
  const list = choices();
  const at = list.indexOf(event.target);
  const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: list.length - 1 };
  if (!(event.key in moves) || isModified(event)) return;
  event.preventDefault();
  list[Math.min(Math.max(moves[event.key], 0), list.length - 1)]?.focus();
}

function onChoice({ target }) {
  const row = target.closest("button");
  if (!row || state.open === null) return;
  const chosen = { index: state.open, rank: row.rank };
  setOpen(null);
  focusToken(chosen.index);
  hideTip();
  if (!row.classList.contains("written")) trigger("replace", chosen);
}

// Esc is the page's key for Stop; it is taken only for an open list.
function onEscape(event) {
  if (event.key !== "Escape") return;
  if (state.open === null) return hideTip();
  event.stopPropagation();
  setOpen(null);
  focusToken(state.current);
}

function listen() {
  words.addEventListener("keydown", onTokenKey);
  words.addEventListener("pointermove", onPointer);
  words.addEventListener("pointerleave", leave);
  words.addEventListener("click", (event) => {
    if (tokenOf(event) !== null && getSelection().isCollapsed) press(tokenOf(event), false);
  });
  words.addEventListener("focusin", (event) => {
    if (tokenOf(event) === null) return;
    makeCurrent(tokenOf(event));
    if (state.open === null && event.target.matches(":focus-visible")) showTip(state.current);
  });
  tip.addEventListener("keydown", onTipKey);
  tip.addEventListener("click", onChoice);
  element.addEventListener("keydown", onEscape);
  element.addEventListener("focusout", () =>
    setTimeout(() => {
      if (element.contains(document.activeElement)) return;
      if (state.open !== null) setOpen(null);
      else if (!words.matches(":hover")) hideTip();
    }),
  );
}
