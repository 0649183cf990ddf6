// Parts of the page that several components make. Text of a model or a visitor is set as text, never
// as markup.

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

function heading(scope, ...content) {
  const cell = make("th");
  cell.scope = scope;
  cell.append(...content);
  return cell;
}

const cut = (text, length) =>
  [...text].length > length ? [...text].slice(0, length - 1).join("") + "…" : text;
