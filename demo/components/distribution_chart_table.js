// The same numbers as a table; made when it is opened, because few will.

function tableRow(row, index) {
  const part = make("tr");
  const name = row.isRest ? make("i", "", row.text) : signed(row.text);
  part.append(heading("row", name, ...(index === state.chart.chosen ? [" (written)"] : [])));
  part.append(make("td", "", row.before.toPrecision(4)), make("td", "", row.after.toPrecision(4)));
  part.append(make("td", "", row.removed_by === null ? "" : reason(row.removed_by)));
  return part;
}

function drawTable() {
  const { chart } = state;
  const details = find("table");
  if (!details.open || !chart) return;
  const table = make("table");
  table.append(make("caption", "", `Probabilities at step ${chart.step + 1} of ${chart.steps}`));
  const [head, top, rest] = [make("tr"), make("thead"), make("tbody")];
  head.append(...["token", "before", "after", "filter"].map((name) => heading("col", name)));
  top.append(head);
  rest.append(...chart.rows.map(tableRow));
  table.append(top, rest);
  details.querySelector(".chart-table-scroll").replaceChildren(table);
}
