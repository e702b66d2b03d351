// Applies the stored appearance before the first paint; a classic script, because modules run too late for that.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem(KEY) || "";
    } catch {
      return ""; // storage is switched off: follow the system
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  };

  apply(stored());

  const showChoice = () => {
    for (const input of document.querySelectorAll("[data-theme-switch] input")) input.checked = input.value === stored();
  };
  document.addEventListener("DOMContentLoaded", showChoice);
  document.addEventListener("htmx:load", showChoice);
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    try {
      localStorage.setItem(KEY, event.target.value);
    } catch {
      // chosen for this page only
    }
    apply(event.target.value);
    showChoice();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(stored()));
  window.addEventListener("storage", (event) => event.key === KEY && apply(stored()));
})();
