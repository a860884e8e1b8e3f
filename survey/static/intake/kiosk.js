// A shared tablet: when nobody touches it, it warns, then begins again with nothing left of the last person.
(function () {
"use strict";
var REST = 30, LEFT = 20, timer, seconds;
function dialog() { return document.getElementById("idle"); } // the receipt brings its own
function restart() { location.replace(dialog().dataset.start); }
function touched() { clearInterval(timer); dialog().hidden = true; timer = setTimeout(warn, REST * 1000); }
function warn() {
  seconds = LEFT; tick(); dialog().hidden = false; dialog().querySelector("button").focus();
  timer = setInterval(tick, 1000);
}
function tick() { if (seconds < 1) return restart(); dialog().querySelector("b").textContent = seconds--; }
["pointerdown", "touchstart", "keydown", "input", "wheel"].forEach(function (what) { document.addEventListener(what, touched, true); });
document.addEventListener("click", function (event) {
  var at = event.target;
  while (at && at.tagName !== "A") at = at.parentNode;
  if (!at) return;
  event.preventDefault();
  if (at.hasAttribute("data-restart")) restart();
  else if (at.getAttribute("href").charAt(0) === "#") location.replace(at.href);
}, true);
touched();
})();
