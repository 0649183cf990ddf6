// The body of a function of (element, trigger, props, watch), called once by gr.HTML. Texts are set
// as text, never as markup.
const title = element.querySelector(".candidates-title");
const list = element.querySelector(".candidates");
const note = element.querySelector(".candidates-note");

function row({ text, probability, nats }, { word, typed, written }) {
  const button = make("button", "", "");
  button.type = "button";
  button.ariaPressed = String(text === written);
  const spelling = make("span", "candidates-text", text);
  spelling.lang = "en";
  if (text === typed) spelling.append(" ", make("small", "", "as typed"));
  const bar = make("i", "", "");
  bar.style.setProperty("--share", probability);
  button.append(spelling, make("b", "", `${nats} nats`), bar, make("b", "", figure(probability)));
  const name = [text, ...(text === typed ? ["as typed"] : []), `probability ${figure(probability)}`];
  button.ariaLabel = [...name, `${nats} nats`].join(", ");
  button.addEventListener("click", () => trigger("select", { word, text }));
  const item = make("li", "", "");
  item.append(button);
  return item;
}

const buttons = () => [...list.querySelectorAll("button")];

function draw() {
  const value = props.value && JSON.parse(JSON.stringify(props.value));
  const focused = buttons().indexOf(document.activeElement);
  title.textContent = value ? `For “${value.typed}”` : "Candidates";
  note.textContent = value
    ? value.why
    : "Open a word of the corrected text: its five best candidates appear here.";
  list.replaceChildren(...(value?.items ?? []).map((item) => row(item, value)));
  // The buttons are new, so a keyboard user would otherwise start again from the top of the page.
  if (focused >= 0) buttons()[focused]?.focus();
  else if (value?.focus) list.querySelector("[aria-pressed=true]")?.focus();
}

list.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "Escape") {
    event.stopPropagation(); // the page's key for Stop
    return trigger("blur");
  }
  const all = buttons();
  const at = all.indexOf(event.target);
  const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 };
  if (modified || !(event.key in moves)) return;
  event.preventDefault();
  all[moves[event.key]]?.focus();
});
watch("value", draw);
draw();
