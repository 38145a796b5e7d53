// Before the first paint: the stored choice of light or dark, if there is one.
(function () {
  "use strict";
  try {
    const chosen = localStorage.getItem("yogo-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (error) {
    // Storage may be closed to us; then the system's choice holds.
  }
})();
