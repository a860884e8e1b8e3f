// The draft: answers are stored in this tab, and for half a day on this phone in case the browser is closed.
// A shared tablet stores them only while it changes the language.
var isStored = false;

// Where storage is denied, the page itself holds the answers.
function saveDraft() {
  var draft = packDraft(form.submission_id.value, all("input:checked,textarea", form), location.hash);
  isStored = false;
  try {
    sessionStorage.setItem(draftKey, draft);
    isStored = true;
    if (!isKiosk) localStorage.setItem(draftKey, draft);
  } catch (error) { /* storage is denied or full */ }
}
function loadDraft(storage) {
  try { return JSON.parse(window[storage].getItem(draftKey)); } catch (error) { return null; }
}
// Delete the draft; one of another form that this phone began is left.
function forgetDraft() {
  try {
    sessionStorage.removeItem(draftKey);
  } catch (error) { /* storage is denied: there is no draft */ }
  forgetOnPhone();
}
// The tab still knows its visit, so that somebody who declines, comes back and answers is counted once.
function forgetOnPhone() {
  var other = loadDraft("localStorage");
  if (!other || other.id === form.submission_id.value) removeFromPhone();
}
function removeFromPhone() {
  try { localStorage.removeItem(draftKey); } catch (error) { /* storage is denied: there is no draft */ }
}
function restore(draft) {
  form.submission_id.value = draft.id;
  all("input[type=radio],textarea", form).forEach(function (field) {
    var value = draft.answers[field.name];
    if (value === undefined) return;
    if (field.type === "radio") field.checked = field.value === value;
    else field.value = value;
  });
}
// Ask whether to continue an unfinished form: the first button does, the second deletes it.
function offer(draft, onResume) {
  var box = byId("unfinished"), buttons = all("button", box);
  box.hidden = false;
  buttons[0].onclick = function () {
    box.hidden = true;
    restore(draft);
    onResume(draft.where);
  };
  buttons[1].onclick = function () {
    box.hidden = true;
    removeFromPhone();
  };
}
// Begin with the draft of this tab, or with a new form; `onResume` is called when a draft of this phone is continued.
function beginDraft(onResume) {
  var own = loadDraft("sessionStorage"), other = !isKiosk && loadDraft("localStorage");
  if (own) {
    restore(own);
    if (isKiosk) forgetDraft();
    return;
  }
  // a page from this phone's memory carries an id that may have been sent before
  if (window.crypto && crypto.getRandomValues) {
    form.submission_id.value = uuid(crypto.getRandomValues(new Uint8Array(16)));
  }
  if (location.hash && history.replaceState) history.replaceState(null, "", location.pathname + location.search);
  if (isRecent(other, Date.now())) offer(other, onResume);
  else removeFromPhone();
}
function packDraft(id, fields, where) {
  var answers = {}, n = 0;
  fields.forEach(function (field) {
    if (!field.value) return;
    answers[field.name] = field.value;
    n++;
  });
  return JSON.stringify({ id: id, at: Date.now(), n: n, where: where, answers: answers });
}
function isRecent(draft, now) {
  return !!draft && draft.n > 0 && now - draft.at < 432e5;
}
// A random UUID (RFC 4122, version 4) of 16 bytes.
function uuid(bytes) {
  var hex = [].map.call(bytes, function (byte, i) {
    var value = i === 6 ? byte & 15 | 64 : i === 8 ? byte & 63 | 128 : byte;
    return (value + 256).toString(16).slice(1);
  });
  return hex.join("").replace(/(.{8})(....)(....)(....)/, "$1-$2-$3-$4-");
}
