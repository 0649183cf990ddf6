// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
const list = element.querySelector(".hypotheses");

function row({ text, score }, index, chosen) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", String(index === chosen));
  const words = document.createElement("span");
  words.lang = "en";
  words.textContent = text;
  const figure = document.createElement("small");
  figure.textContent = score;
  figure.title = "score: log-probability; normalised by length, but for stochastic-beam";
  button.append(words, figure);
  button.addEventListener("click", () => trigger("select", { index }));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function draw() {
  const { items = [], chosen } = props.value || {};
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...items.map((item, index) => row(item, index, chosen)));
  // The buttons are new, so a keyboard user would otherwise start again from the top of the page.
  if (focused >= 0) list.children[focused]?.firstChild.focus();
}

watch("value", draw);
draw();
