// Draws every .chart from the specification at its data-src, in the page's theme.
"use strict";

async function drawChart(element) {
  const url = new URL(element.dataset.src, location.href);
  url.searchParams.set("theme", currentTheme());
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const specification = await answer.json();
    element.textContent = "";
    await vegaEmbed(element, specification, {
      ast: true,
      actions: false,
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true },
    });
  } catch (error) {
    const note = document.createElement("p");
    note.className = "message message-error";
    note.textContent = `${element.dataset.failed || "The figure could not be drawn"} (${error.message}).`;
    element.replaceChildren(note);
  }
}

// A chart inside closed details has no width yet; it is drawn when they are opened.
const isShown = (element) => !element.closest("details:not([open])");
const drawAll = () => [...document.querySelectorAll(".chart[data-src]")].filter(isShown).forEach(drawChart);
const drawOpened = (event) => event.target.open && event.target.querySelectorAll?.(".chart[data-src]").forEach(drawChart);
document.addEventListener("toggle", drawOpened, true);
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("yogo:theme", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
