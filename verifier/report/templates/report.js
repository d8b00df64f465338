(function () {
  "use strict";

  function each(scope, selector, act) {
    Array.prototype.forEach.call(scope.querySelectorAll(selector), act);
  }

  function setUp(doc) {
    var stage = doc.querySelector(".stage");
    var viewer = doc.querySelector(".viewer");
    var chooser = doc.querySelector("[data-page-select]");
    var sheets = Array.prototype.slice.call(doc.querySelectorAll(".sheet"));
    var zoom = 1;
    var shown = 0;

    function show(position) {
      if (!sheets.length) { return; }
      shown = Math.max(0, Math.min(sheets.length - 1, position));
      sheets.forEach(function (sheet, i) { sheet.classList.toggle("is-shown", i === shown); });
      if (chooser) { chooser.value = sheets[shown].getAttribute("data-number"); }
      each(doc, '[data-page="prev"]', function (b) { b.disabled = shown === 0; });
      each(doc, '[data-page="next"]', function (b) { b.disabled = shown === sheets.length - 1; });
    }

    function ofRow(number, act) {
      each(doc, '[data-row="' + number + '"]', act);
    }

    function near(number, on) {
      ofRow(number, function (el) { el.classList.toggle("is-near", on); });
    }

    function select(number) {
      each(doc, ".is-selected", function (el) {
        el.classList.remove("is-selected");
        if (el.classList.contains("box")) { el.setAttribute("aria-pressed", "false"); }
      });
      ofRow(number, function (el) {
        el.classList.add("is-selected");
        if (el.classList.contains("box")) { el.setAttribute("aria-pressed", "true"); }
      });
    }

    function reveal(number) {
      var boxes = Array.prototype.slice.call(doc.querySelectorAll('.box[data-row="' + number + '"]'));
      if (!boxes.length) { return false; }
      var box = boxes.filter(function (b) { return b.closest(".sheet") === sheets[shown]; })[0] || boxes[0];
      show(sheets.indexOf(box.closest(".sheet")));
      var frame = stage.getBoundingClientRect();
      var rect = box.getBoundingClientRect();
      stage.scrollTop += rect.top - frame.top - (stage.clientHeight - rect.height) / 2;
      stage.scrollLeft += rect.left - frame.left - (stage.clientWidth - rect.width) / 2;
      return box;
    }

    function filter(light) {
      each(doc, "[data-filter]", function (button) {
        button.setAttribute("aria-pressed", String(button.getAttribute("data-filter") === light));
      });
      each(doc, "tr[data-light]", function (row) {
        row.hidden = light !== "all" && row.getAttribute("data-light") !== light;
      });
    }

    doc.addEventListener("click", function (event) {
      var box = event.target.closest(".box");
      var row = event.target.closest("tr[data-row]");
      var locate = event.target.closest("[data-locate]");
      var button = event.target.closest("button");
      if (box) {
        var number = box.getAttribute("data-row");
        select(number);
        filter("all");
        var target = doc.querySelector('tr.row[data-row="' + number + '"]');
        if (target) { target.scrollIntoView({ block: "nearest" }); }
      } else if (row) {
        if (String(window.getSelection())) { return; }
        var chosen = row.getAttribute("data-row");
        select(chosen);
        var found = reveal(chosen);
        if (locate && found) {
          if (getComputedStyle(viewer).position !== "sticky") { found.scrollIntoView({ block: "center" }); }
          found.focus({ preventScroll: true });
        }
      } else if (button && button.hasAttribute("data-filter")) {
        filter(button.getAttribute("data-filter"));
      } else if (button && button.hasAttribute("data-page")) {
        show(shown + (button.getAttribute("data-page") === "next" ? 1 : -1));
        stage.scrollTop = 0;
      } else if (button && button.hasAttribute("data-zoom")) {
        zoom = Math.max(1, Math.min(4, zoom + (button.getAttribute("data-zoom") === "in" ? 1 : -1)));
        for (var i = 1; i <= 4; i++) { stage.classList.toggle("zoom-" + i, i === zoom); }
        var selected = doc.querySelector(".row.is-selected");
        if (selected) { reveal(selected.getAttribute("data-row")); }
      } else if (button && button.hasAttribute("data-labels")) {
        button.setAttribute("aria-pressed", String(stage.classList.toggle("labels")));
      }
    });

    ["mouseover", "mouseout", "focusin", "focusout"].forEach(function (kind) {
      doc.addEventListener(kind, function (event) {
        var el = event.target.closest("[data-row]");
        if (el) { near(el.getAttribute("data-row"), kind === "mouseover" || kind === "focusin"); }
      });
    });
    if (chooser) {
      chooser.addEventListener("change", function () { show(chooser.selectedIndex); stage.scrollTop = 0; });
    }
    show(0);
    if (sheets.length) {
      var worst = doc.querySelector(".box.red") || doc.querySelector(".box.yellow");
      if (worst) { show(sheets.indexOf(worst.closest(".sheet"))); }
    }
  }

  each(document, ".doc", setUp);
})();
