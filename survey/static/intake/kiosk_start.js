// The start screen stores the form of each language on the tablet, so that it opens without a network.
(function () {
"use strict";
if (!navigator.serviceWorker) return;
navigator.serviceWorker.register("/sw.js", { scope: "/s/" }).then(function () {
  return caches.open("forms-1");
}).then(function (cache) {
  var links = all("[data-form]").map(function (link) { return link.href; });
  return cache.addAll(links.concat(location.pathname));
}).then(null, ignore); // no room, or not allowed: the tablet works while there is a network
window.addEventListener("pageshow", function (event) {
  if (event.persisted) location.reload();
});
})();
