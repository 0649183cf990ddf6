// Downloads of what is shown: a row for each token, a column for each unit.

function row(map, token) {
  const digits = Math.max(0, Math.ceil(-Math.log10(map.step))); // no more than 16 bits have
  return Array.from({ length: map.units }, (_, unit) => Number(map.at(token, unit).toFixed(digits)));
}

// RFC 4180: quotes where they are needed, lines that end in CR LF.
function csv(map) {
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  const head = ["token", ...Array.from({ length: map.units }, (_, unit) => `unit ${unit}`)];
  const lines = map.tokens.map((token, index) => [quoted(token), ...row(map, index)]);
  return [head, ...lines].map((line) => line.join(",") + "\r\n").join("");
}

function json({ layer, quantity, tokens, ...map }) {
  const values = tokens.map((_, index) => row(map, index));
  return JSON.stringify({ layer, quantity, unit: state.unit, tokens, values });
}

function listenToExports() {
  find("exports").addEventListener("click", (event) => {
    const kind = event.target.closest("button")?.dataset.kind;
    if (!kind || !state.map) return;
    const [content, type] = { csv: [csv, "text/csv"], json: [json, "application/json"] }[kind];
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([content(state.map)], { type: `${type};charset=utf-8` }));
    link.download = `${state.map.name}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
}
