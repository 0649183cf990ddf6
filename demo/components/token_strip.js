// The files token_strip_*.js and this one are the body of one function of (element, trigger,
// props, watch), called once by gr.HTML; all state belongs to this one strip.
const find = (name) => element.querySelector(`.strip-${name}`);
const [box, words, tip] = ["box", "tokens", "tip"].map(find);

const state = {
  value: null, // as drawn
  current: 0, // the token in the tab order
  selected: null,
  asked: 0, // how many were pressed
  shown: null, // the token that the tip is of
  open: null, // the token whose rivals may be chosen from
  leaving: 0, // the timer that will hide the tip
  following: true, // the end is kept in view
  top: 0, // where the box was scrolled to
};

// Up is what a visitor scrolled; the text itself moves only down.
function onBoxScroll() {
  const rest = box.scrollHeight - box.scrollTop - box.clientHeight;
  state.following = box.scrollTop >= state.top && (state.following || rest < 8);
  state.top = box.scrollTop;
}

function keepInView(last) {
  const { value } = state;
  const begins = value.writing && (!last?.writing || value.tokens.length < last.tokens.length);
  if (begins) state.following = true;
  if ((value.writing || last?.writing) && state.following) box.scrollTop = box.scrollHeight;
  else if (value.prompt !== last?.prompt || value.tokens[0]?.text !== last.tokens[0]?.text)
    box.scrollTop = 0; // another text
  state.top = box.scrollTop;
}

function isKept(index, last) {
  const [was, is] = [last?.tokens, state.value.tokens].map((tokens) => tokens?.[index]);
  return was && is && was.text === is.text && was.probability === is.probability;
}

// A tip or an open list stays while its token does.
function renewTip(last) {
  const { shown, open, value } = state;
  if (shown === null) return;
  if (!isKept(shown, last) || (open !== null && !value.alternatives)) return setOpen(null);
  if (open === null && value.alternatives && !last.alternatives) showTip(shown);
}

function show(value) {
  const last = state.value;
  const held = words.contains(document.activeElement);
  state.value = value;
  for (const part of [box, find("foot")]) part.hidden = !value;
  find("explanation").hidden = Boolean(value);
  if (!value) drawTokens({ tokens: [] });
  if (!value) return setOpen(null);
  if (find("prompt").textContent !== value.prompt) find("prompt").textContent = value.prompt;
  drawTokens(value);
  box.classList.toggle("writing", Boolean(value.writing));
  keepInView(last);
  drawLegend(value);
  if (find("note").textContent !== value.note) find("note").textContent = value.note;
  // For screen readers, when the text is finished and not twelve times a second.
  const whole = value.writing ? [] : [value.prompt, ...value.tokens.map(({ shown }) => shown)];
  find("copy").textContent = whole.join("");
  // A visitor's own choice stays until its answer, and after that until another one is made.
  const chosen = value.selected !== last?.selected || value.asked !== last?.asked;
  const late = value.asked < state.asked;
  if ((chosen && !late) || !isKept(state.selected, last)) mark(value.selected);
  renewTip(last);
  makeCurrent(Math.min(state.current, Math.max(drawn.length - 1, 0)));
  if (held && !words.contains(document.activeElement)) drawn[state.current]?.node.focus();
}

box.addEventListener("scroll", onBoxScroll, { passive: true });
listen();
watch("value", () => show(read(props.value)));
show(read(props.value));
