// Delete what this phone stores of unfinished forms whose half a day is over, also of surveys that are closed.
function dropOldDrafts(storage, now) {
  Object.keys(storage).forEach(function (key) {
    if (key.indexOf("draft:")) return;
    var draft = JSON.parse(storage.getItem(key));
    if (!draft || now - draft.at >= 432e5) storage.removeItem(key);
  });
}
try { dropOldDrafts(localStorage, Date.now()); } catch (error) { /* storage is denied, so there is no draft */ }
