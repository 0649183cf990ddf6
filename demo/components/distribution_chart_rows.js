// The words and figures around the bars, a line for each token.

const ROW = 28; // px for the two bars of a token

// The filters, in the order of their use, and what is said of a token that one removed.
const REMOVED_BY = {
  never: "can’t be written",
  repetition_penalty: "removed by the repetition penalty",
  no_repeat_ngram: "removed by no-repeat n-gram",
  temperature: "removed by the temperature",
  top_k: "removed by top-k",
  top_p: "removed by top-p",
  min_p: "removed by min-p",
  typical: "removed by typical",
};
const reason = (name) => (Object.hasOwn(REMOVED_BY, name) ? REMOVED_BY[name] : `removed by ${name}`);

// A copy of the value, with "all others" as its last row.
function readChart(value) {
  if (!value) return null;
  const chart = JSON.parse(JSON.stringify(value)); // of a proxy, which is slow to read
  chart.chosen ??= null;
  for (const row of chart.rows) row.removed_by ??= null;
  chart.rows.push({ text: "all others", removed_by: null, isRest: true, ...chart.rest });
  return chart;
}

const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);

function labelOf(row) {
  const label = row.isRest ? make("i", "", row.text) : signed(row.text);
  label.title = row.isRest ? "every token that is not listed" : row.text;
  return label;
}

function line(row, index, ...parts) {
  const part = make("div", "chart-row");
  part.classList.toggle("removed", row.removed_by !== null);
  part.classList.toggle("chosen", index === state.chart.chosen);
  part.append(...parts);
  return part;
}

function figuresOf({ before, after }) {
  return [make("span", "", figure(before)), make("b", "", figure(after))];
}

function drawRows({ rows, chosen }) {
  find("labels").replaceChildren(...rows.map((row, n) => line(row, n, labelOf(row))));
  find("figures").replaceChildren(...rows.map((row, n) => line(row, n, ...figuresOf(row))));
  const why = (row) => (row.removed_by === null ? [] : [make("span", "", reason(row.removed_by))]);
  find("reasons").replaceChildren(...rows.map((row, n) => line(row, n, ...why(row))));
  const band = find("band");
  band.hidden = chosen === null;
  band.style.top = `${chosen * ROW}px`;
  body.style.setProperty("--row", `${ROW}px`);
}

function quoted(text) {
  const part = make("bdi", "", text);
  return ["“", part, "”"];
}

function drawWords({ step, steps, before_text: before, chosen, rows }) {
  const where = `Step ${step + 1} of ${steps}`;
  if (find("step").textContent !== where) find("step").textContent = where;
  const after = before.trim() ? ["After ", ...quoted(before)] : ["At the beginning"];
  const written = chosen === null ? [] : [", ", make("b", "chart-written"), " was written"];
  find("context").replaceChildren(...after, ...written);
  if (chosen !== null) find("written").append(...quoted(rows[chosen].text.trim() || "␣"));
  const total = (name) => `${name}: ${sum(rows, name).toFixed(3)}`;
  find("sums").textContent = `${total("before")}, ${total("after")}`;
  const names = Object.keys(REMOVED_BY);
  const found = [...new Set(rows.map((row) => row.removed_by).filter((name) => name !== null))];
  const order = (name) => names.indexOf(name) + 1 || names.length + 1;
  found.sort((a, b) => order(a) - order(b));
  const count = (name) => rows.filter((row) => row.removed_by === name).length;
  find("removed").textContent = found.length
    ? `Of these, in the order of the filters: ${found.map((name) => `${count(name)} ${reason(name)}`).join(", ")}.`
    : "";
  body.setAttribute(
    "aria-label",
    `${where}: probabilities of the ${rows.length - 1} likeliest tokens; the table has them all. ` +
      "Left and right arrow: the step before and after; Home, End: the first and the last.",
  );
  find("back").setAttribute("aria-disabled", String(step <= 0));
  find("on").setAttribute("aria-disabled", String(step >= steps - 1));
}
