// Values as the page sends them, and their colours.

// Cividis for gates; blue over orange, which no colour blindness confuses, for signed values. In the
// dark its middle is the ground, so that 0 is what does not show.
const SEQUENTIAL = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838";
const DIVERGING = {
  light: "08306b 2171b5 6baed6 c6dbef f7f7f7 fdd0a2 fd8d3c d94801 7f2704",
  dark: "c6dbef 6baed6 2f7fbf 1d4a75 1a2029 7a3a10 c4560e fd8d3c fdd0a2",
};

const isDark = () => document.body.classList.contains("dark");
const isSigned = ({ low }) => low < 0;
const stops = (map) => (isSigned(map) ? DIVERGING[isDark() ? "dark" : "light"] : SEQUENTIAL).split(" ");

// A copy of the value with its numbers unpacked: `at(token, unit)`.
function readMap(value) {
  if (!value?.tokens?.length) return null;
  const map = JSON.parse(JSON.stringify(value)); // of a proxy, which is slow to read
  const bytes = Uint8Array.from(atob(map.values), (sign) => sign.charCodeAt(0));
  const numbers = new DataView(bytes.buffer);
  map.at = (token, unit) => numbers.getInt16(2 * (token * map.units + unit), true) * map.step;
  return map;
}

// [r, g, b] of a value, between the two nearest stops.
function colourOf(map, value, colours) {
  const share = (value - map.low) / (map.high - map.low);
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  return [0, 2, 4].map((at) => {
    const [from, to] = [colours[low], colours[low + 1]].map((one) => parseInt(one.slice(at, at + 2), 16));
    return Math.round(from + (place - low) * (to - from));
  });
}

// Black or white, whichever is easier to read on a colour; at least 4.5:1 (WCAG 2).
function inkOn(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

const figure = (value) => value.toFixed(3).replace("-", "−");
const visible = (token) => (token.trim() ? token.trim() : "␣".repeat(token.length || 1));
const isEdge = (token) => token === "<s>" || token === "</s>";
