// Draws the scores of a report with abcjs, and makes its map answer to pointer and buttons.

const NARROW = 400; // pixels; narrower pages have two bars a line
const SMALLEST = 0.72; // of a note's usual size

function draw(score) {
  const width = score.clientWidth;
  if (!width || score.dataset.width === String(width)) return;
  score.dataset.width = String(width);
  const voices = JSON.parse(score.dataset.score);
  const perLine = width < NARROW ? 2 : 4;
  const scale = width < 2 * NARROW ? SMALLEST : 0.85;
  score.replaceChildren();
  const longest = Math.max(...voices.map((voice) => voice.bars.length));
  for (let first = 0; first < longest; ) {
    const count = perLine + (first === 0 && voices.some((voice) => voice.has_upbeat) ? 1 : 0);
    const system = document.createElement("div");
    system.className = "system";
    for (const voice of voices) {
      const bars = voice.bars.slice(first, first + count);
      if (bars.length) system.append(line(voice.head, bars, first === 0, width / scale - 2, scale));
    }
    score.append(system);
    first += count;
  }
}

function line(head, bars, hasMeter, width, scale) {
  const place = document.createElement("div");
  let text = hasMeter ? head : head.replace(/^M:.*\n/m, "");
  const marked = [];
  for (const bar of bars) {
    let written = 0;
    for (const offset of bar.marked) {
      text += `${bar.abc.slice(written, offset)}"^\u25BE"`;
      marked.push(text.length);
      written = offset;
    }
    text += bar.abc.slice(written);
  }
  const options = { staffwidth: width, add_classes: true, paddingtop: 2, paddingbottom: 2, paddingleft: 0 };
  const [tune] = ABCJS.renderAbc(place, text, { ...options, paddingright: 0, foregroundColor: "currentColor" });
  for (const element of tune.lines[0]?.staff?.[0].voices[0] ?? []) {
    const isMarked = marked.some((offset) => element.startChar <= offset && offset < element.endChar);
    if (element.el_type === "note" && isMarked)
      for (const drawn of element.abselem.elemset ?? []) drawn.classList.add("differs");
  }
  const svg = place.querySelector("svg");
  const [wide, high] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  svg.setAttribute("width", String(wide * scale));
  svg.setAttribute("height", String(high * scale));
  svg.setAttribute("aria-hidden", "true");
  place.removeAttribute("style");
  return place;
}

const scores = [...document.querySelectorAll(".score")];
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  },
  { rootMargin: "800px" },
);
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target.dataset.width) draw(target);
});
for (const score of scores) {
  seen.observe(score);
  resized.observe(score);
}
addEventListener("beforeprint", () => scores.forEach(draw));

const map = document.querySelector(".map");
const marks = [...map.querySelectorAll("circle, path")].map((drawn) => {
  const [x, y] = drawn.hasAttribute("cx")
    ? [Number(drawn.getAttribute("cx")), Number(drawn.getAttribute("cy"))]
    : drawn.getAttribute("d").match(/\d+/g).slice(0, 2).map((each) => Number(each) + 4);
  return { drawn, x, y, name: drawn.querySelector("title").textContent };
});
const pointed = document.querySelector(".pointed");
const REACH = 22; // pixels

function point(event) {
  const box = map.getBoundingClientRect();
  const scale = map.viewBox.baseVal.width / box.width;
  const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  let nearest = null;
  let least = (REACH * scale) ** 2;
  for (const mark of marks) {
    const distance = (mark.x - x) ** 2 + (mark.y - y) ** 2;
    if (distance < least && !mark.drawn.classList.contains("dim")) [nearest, least] = [mark, distance];
  }
  map.querySelector(".near")?.classList.remove("near");
  if (!nearest) return;
  nearest.drawn.classList.add("near");
  pointed.textContent = nearest.name;
}
map.addEventListener("pointermove", point);
map.addEventListener("pointerdown", point);

const buttons = [...document.querySelectorAll("[data-only]")];
for (const button of buttons)
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") === "false";
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button && isOn));
    for (const { drawn } of marks)
      drawn.classList.toggle("dim", isOn && !drawn.classList.contains(button.dataset.only));
  });
