// The body of a function of (element, trigger, props, watch), called once by gr.HTML.
const box = element.querySelector(".marked-text");
const TAGS = { same: "span", removed: "del", added: "ins" };

function part(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function segment({ text, kind, title, shade, note }) {
  const run = part(TAGS[kind], "marked", text);
  if (title) run.title = title;
  if (shade != null) run.style.setProperty("--shade", Math.min(1, Math.max(0, shade)));
  // Beside the run, not in it: a line through a word is not one through its figure.
  return note ? [run, part("small", "marked-note", note), " "] : [run, " "];
}

function draw() {
  const { label, segments } = props.value || {};
  const parts = (segments || []).flatMap(segment).slice(0, -1);
  if (label) parts.unshift(part("div", "marked-label", label));
  box.replaceChildren(...parts);
}

watch("value", draw);
draw();
