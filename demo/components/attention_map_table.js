// The same numbers as a table; made when it is opened, because few will.

function tableRow(map, row) {
  const line = make("tr");
  const name = heading("row", make("bdi", "", map.target[row]));
  if (map.forced?.some(([forced]) => forced === row)) name.append(" ", make("small", "", "forced"));
  line.append(name);
  const figures = [...map.weights[row]];
  if (map.probabilities) figures.push(map.probabilities[row]);
  if (map.entropy) figures.push(map.entropy[row]);
  line.append(...figures.map((value) => make("td", "", value.toFixed(4))));
  return line;
}

function drawTable() {
  const { map } = state;
  if (!details.open || !map) return;
  const table = make("table");
  const caption = "Attention weights: a row for each target token, a column for each source token";
  table.append(make("caption", "", caption));
  const head = make("tr");
  const labels = map.source.map((label) => heading("col", make("bdi", "", label)));
  head.append(heading("col", "target"), ...labels);
  if (map.probabilities) head.append(heading("col", "probability"));
  if (map.entropy) head.append(heading("col", "entropy, bits"));
  const [top, rest] = [make("thead"), make("tbody")];
  top.append(head);
  rest.append(...map.target.map((_, row) => tableRow(map, row)));
  table.append(top, rest);
  details.querySelector(".map-table-scroll").replaceChildren(table);
}
