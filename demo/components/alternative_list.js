// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
const title = element.querySelector(".alternatives-title");
const list = element.querySelector(".alternatives");
const note = element.querySelector(".alternatives-note");

function row({ id, text, probability }, index, written) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", String(id === written));
  const bar = document.createElement("i");
  bar.style.setProperty("--share", probability);
  const word = make("span", "", text);
  word.lang = "en";
  button.append(word, bar, make("b", "", figure(probability)));
  button.addEventListener("click", () => trigger("select", { index }));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function draw() {
  const value = props.value;
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  title.textContent = value ? `Instead of “${value.title}”` : "Alternatives";
  note.textContent = value
    ? "Choose one: what stands before it is kept, the rest is written anew."
    : "Choose a word of the translation in the map: the ten likeliest tokens at its place appear here.";
  const items = value?.items || [];
  list.replaceChildren(...items.map((item, index) => row(item, index, value.written)));
  if (focused >= 0) (list.children[focused]?.firstChild || title).focus({ preventScroll: true });
}

title.tabIndex = -1; // it takes the focus when the list is taken away
watch("value", draw);
draw();
