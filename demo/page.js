// Keys of every tab, and what its buttons do without Python.
() => {
  // Ctrl+Enter, or Enter in a box of one line, presses the tab's button "…-run", or that of the card
  // in which it is typed, "…-button"; Esc presses the tab's "…-stop".
  const press = (suffix) => {
    const visible = (button) => button.offsetParent !== null && !button.disabled;
    [...document.querySelectorAll(`button[id$="${suffix}"]`)].find(visible)?.click();
  };
  document.addEventListener("keydown", (event) => {
    // Enter and Esc may belong to an input method or to an open list.
    if (event.isComposing || event.keyCode === 229 || event.target.closest?.("[role=combobox]")) return;
    const oneLine = !event.shiftKey && event.target.matches?.("textarea[rows='1'], input[type=text]:not([readonly])");
    const runs = (event.ctrlKey || event.metaKey || oneLine) && event.key === "Enter";
    if (runs) event.preventDefault(); // a button in focus would be pressed as well
    if (event.repeat) return; // a key that is held counts once
    const own = event.target.closest?.(".card")?.querySelector('button[id$="-button"]');
    if (runs) own ? own.click() : press("-run");
    if (event.key === "Escape") press("-stop");
  });

  // In a frame, or without https, there is no clipboard to write to; a selection can be copied.
  const copySelection = (text) => {
    const focused = document.activeElement;
    const box = document.createElement("textarea");
    box.value = text;
    box.style.cssText = "position: fixed; opacity: 0";
    document.body.append(box);
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    focused?.focus();
    return copied;
  };
  const copy = async (text, said, refused = "The browser does not allow copying; select the text.") => {
    try {
      await navigator.clipboard.writeText(text);
      return said;
    } catch {
      return copySelection(text) ? said : refused;
    }
  };
  const copyLink = (query, said) => {
    if (!query) return said;
    const link = new URL(`?${query}`, location.href).href;
    const theme = new URLSearchParams(location.search).get("__theme"); // chosen in the settings
    history.replaceState(null, "", theme ? `${link}&__theme=${encodeURIComponent(theme)}` : link);
    const refused = `The browser does not allow copying; the link is ${link}`;
    // A frame, as that of a Space, has an address of its own, which no bar shows.
    return copy(link, window.top === window ? `${said} The address bar has it too.` : said, refused);
  };
  const save = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return `${name} is saved.`;
  };
  window.seqlens = { copy, copyLink, save };
};
