// Helpers that the scripts of a page share. Old browsers are served: ES5, and what a 2016 WebView knows.
function all(selector, root) {
  return [].slice.call((root || document).querySelectorAll(selector));
}
function byId(id) {
  return document.getElementById(id);
}
function make(tag, text, parent) {
  var element = document.createElement(tag);
  element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}
function remove(element) {
  element.parentNode.removeChild(element);
}
// Set values into a text, one for each {}.
function fill(text) {
  var values = [].slice.call(arguments, 1);
  return text.replace(/\{\}/g, function () { return values.shift(); });
}
function ignore() {}
