// The start screen stores the form of each language on the tablet, so that it opens without a network.
(function () {
"use strict";
if (!navigator.serviceWorker) return;
var links = all("[data-form]").map(function (link) { return link.href; });
navigator.serviceWorker.register("/sw.js", { scope: "/s/" }).then(function () {
  return navigator.serviceWorker.ready;
}).then(function (worker) {
  worker.active.postMessage({ pages: links.concat(location.pathname), cache: "default" });
}).then(null, ignore); // no room, or not allowed: the tablet works while there is a network
window.addEventListener("pageshow", function (event) {
  if (event.persisted) location.reload();
});
})();
