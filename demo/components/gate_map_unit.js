// The trace of one unit: the text, each token on the colour of its value, and the same in words.

// Made once for a text; turning to another unit only changes colours.
function drawText() {
  const tokens = state.map.tokens.map((token) =>
    make("span", isEdge(token) ? "gate-token edge" : "gate-token", token),
  );
  find("text").replaceChildren(...tokens);
}

function drawUnit() {
  const { map, unit } = state;
  const colours = stops(map);
  [...find("text").children].forEach((span, index) => {
    const rgb = colourOf(map, map.at(index, unit), colours);
    span.style.background = `rgb(${rgb})`;
    span.style.color = inkOn(rgb);
  });
  const number = find("number");
  number.max = map.units - 1;
  if (document.activeElement !== number || Number(number.value) !== unit) number.value = unit;
  find("note").textContent = [`of 0 to ${map.units - 1}`, map.notes[unit]].filter(Boolean).join(" · ");
  markToken();
  say();
  drawTable();
}

function markToken() {
  [...find("text").children].forEach((span, index) =>
    span.classList.toggle("current", index === state.token),
  );
}

// The token under the pointer or the keys; without one, the two ends of the trace.
function say() {
  const { map, unit, token } = state;
  const named = (index) => `“${visible(map.tokens[index])}” ${figure(map.at(index, unit))}`;
  const values = map.tokens.map((_, index) => map.at(index, unit));
  const ends = [Math.max, Math.min].map((end) => values.indexOf(end(...values)));
  const text =
    token === null
      ? `Unit ${unit}, ${map.quantity}: highest at ${named(ends[0])}, lowest at ${named(ends[1])}.`
      : `Unit ${unit}, ${map.quantity}, at ${named(token)}`;
  if (find("line").textContent !== text) find("line").textContent = text;
}

function drawTable() {
  const { map, unit } = state;
  const details = find("table");
  if (!details.open) return;
  const table = make("table");
  table.append(make("caption", "", `${map.quantity} of unit ${unit}, ${map.layer}`));
  const line = (...cells) => {
    const row = make("tr");
    row.append(...cells);
    return row;
  };
  table.append(line(make("th", "", "token"), make("th", "", "value")));
  map.tokens.forEach((token, index) => {
    const name = make("th");
    name.scope = "row";
    name.append(make("bdi", "", visible(token)));
    table.append(line(name, make("td", "", figure(map.at(index, unit)))));
  });
  details.querySelector(".gate-table-scroll").replaceChildren(table);
}
