// Keys of every tab: Ctrl+Enter presses its button "…-run", Esc its button "…-stop".
() => {
  const press = (suffix) => {
    const visible = (button) => button.offsetParent !== null && !button.disabled;
    [...document.querySelectorAll(`button[id$="${suffix}"]`)].find(visible)?.click();
  };
  document.addEventListener("keydown", (event) => {
    // Enter and Esc may belong to an input method or to an open list.
    if (event.isComposing || event.target.closest?.("[role=combobox]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") press("-run");
    if (event.key === "Escape") press("-stop");
  });
};
