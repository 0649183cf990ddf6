// The body of a function of (element, trigger, props, watch), called once by gr.HTML. Text of a
// model or a visitor is set as text, never as markup.
const table = element.querySelector(".plain-table");
const [head, body] = ["thead", "tbody"].map((name) => table.querySelector(name));

function cell(name, text) {
  const part = document.createElement(name);
  part.textContent = text;
  return part;
}

function heading(text) {
  const [name, ...rest] = text.split("\n");
  const part = cell("th", name);
  part.scope = "row";
  if (rest.length) part.append(cell("small", rest.join(" ")));
  return part;
}

function row([name, ...texts], { head: names, wide }) {
  const line = document.createElement("tr");
  line.append(heading(name));
  texts.forEach((text, index) => {
    const part = cell("td", text);
    part.dataset.name = names[index + 1]; // for a phone, which has no room for the head
    part.classList.toggle("wide", index + 1 === wide);
    if (index + 1 === wide) part.lang = "en";
    line.append(part);
  });
  return line;
}

function draw() {
  const { value } = props;
  table.hidden = !value;
  const names = document.createElement("tr");
  for (const [index, name] of (value?.head ?? []).entries()) {
    const part = cell("th", name);
    part.scope = "col";
    part.classList.toggle("wide", index === value.wide);
    names.append(part);
  }
  head.replaceChildren(names);
  body.replaceChildren(...(value?.rows ?? []).map((one) => row(one, value)));
}

watch("value", draw);
draw();
