// Words and figures of a token, for the components that show tokens.

// A token with its outer spaces made visible, the signs paler than the letters.
function signed(text) {
  const label = make("bdi");
  const [, before, word, after] = text.match(/^(\s*)([^]*?)(\s*)$/);
  const sign = (spaces) => spaces && label.append(make("span", "space-sign", "␣".repeat(spaces.length)));
  sign(before);
  label.append(text === "" ? "∅" : word);
  sign(after);
  return label;
}

// How a token is read out.
const spoken = (text) => (text.trim() ? `“${text.trim()}”` : text ? "space" : "nothing");

function figure(probability) {
  if (!(probability >= 0)) return "–"; // NaN: there is none
  if (probability === 0) return "0";
  if (probability < 0.00005) return "<0.0001";
  return probability.toFixed(probability < 0.01 ? 4 : 3);
}
