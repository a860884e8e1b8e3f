// A shared tablet: when nobody touches it, it warns, then begins again with nothing left of the last person.
(function () {
"use strict";
var SECONDS_TO_WARNING = 30, SECONDS_TO_RESTART = 20, timer, secondsLeft;

// Looked up anew each time, because the receipt replaces the page's dialog.
function dialog() {
  return document.getElementById("idle");
}
function restart() {
  location.replace(dialog().dataset.start);
}
function begin() {
  clearInterval(timer);
  dialog().hidden = true;
  timer = setTimeout(warn, SECONDS_TO_WARNING * 1000);
}
function warn() {
  secondsLeft = SECONDS_TO_RESTART;
  count();
  dialog().hidden = false;
  dialog().querySelector("button").focus();
  timer = setInterval(count, 1000);
}
function count() {
  if (secondsLeft < 1) return restart();
  dialog().querySelector("b").textContent = secondsLeft--;
}
["pointerdown", "touchstart", "keydown", "input", "wheel"].forEach(function (type) {
  document.addEventListener(type, begin, true);
});
// Links lead within the form or to its start, and leave nothing in the history.
document.addEventListener("click", function (event) {
  var link = event.target;
  while (link && link.tagName !== "A") link = link.parentNode;
  if (!link) return;
  event.preventDefault();
  if (link.hasAttribute("data-restart")) restart();
  else if (link.getAttribute("href").charAt(0) === "#") location.replace(link.href);
}, true);
begin();
})();
