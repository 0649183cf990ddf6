// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
const title = element.querySelector(".units-title");
const list = element.querySelector(".units");
const note = element.querySelector(".units-note");

function part(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function row({ unit, quantity, feature, r, share }, chosen) {
  const button = part("button", "");
  button.type = "button";
  button.ariaPressed = String(chosen?.[0] === quantity && chosen?.[1] === unit);
  const bar = part("i", "");
  bar.style.setProperty("--share", share);
  button.append(part("span", feature), part("b", `r = ${r}`), part("small", `unit ${unit} · ${quantity}`), bar);
  button.addEventListener("click", () => trigger("select", { unit, quantity, feature }));
  const item = part("li", "");
  item.append(button);
  return item;
}

const buttons = () => [...list.querySelectorAll("button")];

function draw() {
  const value = props.value && JSON.parse(JSON.stringify(props.value));
  const focused = buttons().indexOf(document.activeElement);
  title.textContent = value?.title ?? "";
  note.textContent = value?.note ?? "";
  list.replaceChildren(...(value?.items ?? []).map((item) => row(item, value.chosen)));
  // The buttons are new, so a keyboard user would otherwise start again from the top of the page.
  if (focused >= 0) buttons()[focused]?.focus();
}

list.addEventListener("keydown", (event) => {
  const all = buttons();
  const at = all.indexOf(event.target);
  const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 };
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
  event.preventDefault();
  all[moves[event.key]]?.focus();
});
watch("value", draw);
draw();
