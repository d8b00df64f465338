(function () {
  "use strict";
  var root = document.documentElement;

  function each(scope, selector, act) {
    Array.prototype.forEach.call(scope.querySelectorAll(selector), act);
  }

  function speak(language) {
    root.lang = language;
    document.title = document.querySelector("title").getAttribute(language === "en" ? "data-en" : "data-zh");
    each(document, "[data-language]", function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
    });
  }

  root.classList.add("js");
  each(document, "[data-language]", function (button) {
    button.addEventListener("click", function () { speak(button.getAttribute("data-language")); });
  });
  each(document, "[data-print]", function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
  window.addEventListener("beforeprint", function () {
    each(document, "details", function (d) { d.setAttribute("data-was", d.open ? "1" : ""); d.open = true; });
  });
  window.addEventListener("afterprint", function () {
    each(document, "details", function (d) { d.open = Boolean(d.getAttribute("data-was")); });
  });
  speak(root.lang);
})();
