/* Warns two minutes before a session ends because nothing was used, and says when it has ended. All tabs share the
   time of the last use, so that work in one keeps the others signed in. */
(function () {
  "use strict";
  var SOON = 120;
  var script = document.currentScript;
  var idle = Number(script.getAttribute("data-idle"));
  var endsAt = Date.now() + 1000 * Number(script.getAttribute("data-left"));
  var address = script.getAttribute("data-address");
  var person = script.getAttribute("data-person");
  var dialog = document.getElementById("session");
  var spoken = dialog.querySelector("[data-spoken]");
  var shown = "";
  var usedAt = Date.now();
  var isToldLast = false;
  var channel = window.BroadcastChannel ? new BroadcastChannel("office-session-" + person) : null;

  function noteUse(moment) {
    usedAt = Math.max(usedAt, moment);
  }

  function tellUse() {
    noteUse(Date.now());
    if (channel) {
      channel.postMessage({ usedAt: usedAt });
    }
  }

  function secondsLeft() {
    return Math.min((usedAt + 1000 * idle - Date.now()) / 1000, (endsAt - Date.now()) / 1000);
  }

  function show(state) {
    if (shown === state) {
      return;
    }
    shown = state;
    dialog.querySelectorAll("[data-state]").forEach(function (part) {
      part.hidden = part.getAttribute("data-state") !== state;
    });
    if (!state) {
      dialog.close();
      return;
    }
    var part = dialog.querySelector("[data-state=" + state + "]");
    var title = part.querySelector("h2");
    dialog.querySelectorAll("h2").forEach(function (heading) { heading.removeAttribute("id"); });
    title.id = "session-title";
    if (!dialog.open) {
      dialog.showModal();
    }
    part.querySelector("button, a").focus();
  }

  function printClock(seconds) {
    var whole = Math.max(0, Math.ceil(seconds));
    var text = Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
    dialog.querySelectorAll("[data-clock]").forEach(function (clock) { clock.textContent = text; });
    spoken.textContent = whole <= 60 ? spoken.getAttribute("data-minute") : "";
  }

  function end() {
    if (shown === "ended") {
      return;
    }
    window.keepDrafts();
    var link = dialog.querySelector("[data-sign-in]");
    var url = new URL(link.href);
    url.searchParams.set("next", location.pathname + location.search);
    link.href = url.href;
    show("ended");
  }

  function look() {
    var left = secondsLeft();
    if (shown === "ended") {
      return;
    }
    if (left <= 0) {
      end();
    } else if (left <= SOON) {
      var isLast = endsAt < usedAt + 1000 * idle;
      printClock(left);
      if (!isLast) {
        show("soon");
      } else if (!isToldLast) {
        show("last");
      }
    } else {
      show("");
    }
  }

  function stay() {
    var token = document.querySelector("input[name=csrf_token]").value;
    fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "error" }).then(function (answer) {
      if (!answer.ok) {
        end();
        return;
      }
      tellUse();
      show("");
    }).catch(function () { /* no network: the clock goes on, and the button stays */ });
  }

  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  dialog.querySelector("[data-close]").addEventListener("click", function () {
    isToldLast = true;
    show("");
  });
  dialog.addEventListener("cancel", function (event) {
    event.preventDefault(); /* Escape closes nothing by accident: it is a use of the page */
    if (shown === "soon") {
      stay();
    }
  });
  if (channel) {
    channel.addEventListener("message", function (event) {
      noteUse(event.data.usedAt);
      look();
    });
  }
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  tellUse();
  setInterval(look, 1000);
}());
