// What is asked now: skip logic for browsers without :has(), and the steps from the consent to the check page.
function ticked(root) {
  return root.querySelector("input:checked");
}
function answerTo(name) {
  var item = byId("q-" + name), input = item && !item.hidden && ticked(item);
  return input ? input.value : null;
}
// Hide what is not asked. Of the variants of a wording, show the one for the earlier answer, or the fallback.
function refresh() {
  all("[data-if]", form).forEach(function (element) {
    element.hidden = !holds(JSON.parse(element.dataset["if"]), answerTo);
  });
  all(".v.fallback", form).forEach(function (fallback) {
    fallback.hidden = all(".v", fallback.parentNode).some(function (variant) {
      return variant !== fallback && !variant.hidden;
    });
  });
  all(".v", form).forEach(function (variant) {
    variant.style.display = variant.hidden ? "none" : "inline";
  });
  all("fieldset:not([data-required])", form).forEach(drawClear);
}
// An optional answer can be taken back.
function drawClear(item) {
  var button = item.querySelector("button") || make("button", texts.clear, item);
  button.type = "button";
  button.className = "link clear";
  button.hidden = !ticked(item);
  button.onclick = function () {
    ticked(item).checked = false;
    item.querySelector("input").focus();
    refresh();
    save();
  };
}
function items(section) {
  return all(".q", section).filter(function (item) { return !item.hidden; });
}
function path() {
  return sections.filter(function (section) { return section === check || items(section).length; });
}
// How many steps there may be, seen from one of them: a question that comes yet may lead to more.
function countSteps(section) {
  var index = sections.indexOf(section);
  function mayShow(item) {
    return JSON.parse(item.dataset["if"] || "[]").every(function (condition) {
      var other = byId("q-" + condition[0]), isOpen = other.hidden || !ticked(other);
      return isOpen && sections.indexOf(sectionOf(other)) >= index && mayShow(other) || holds([condition], answerTo);
    });
  }
  return sections.filter(function (other) {
    return other !== first && all(".q", other).some(mayShow);
  }).length;
}
function wording(item) {
  var copy = item.querySelector("legend,.above").cloneNode(true);
  all("[hidden],small", copy).forEach(remove);
  return copy.textContent.replace(/\s+/g, " ").trim();
}
// Required questions of a section without an answer.
function problems(section) {
  return items(section).filter(function (item) { return item.hasAttribute("data-required") && !ticked(item); });
}
// Questions of a section left blank.
function blanks(section) {
  return items(section).filter(function (item) { return item.tagName === "FIELDSET" && !ticked(item); });
}
// Whether a rule holds: [[question, [options], negated], ...], all of them.
function holds(rule, answerTo) {
  return rule.every(function (condition) {
    return (condition[1].indexOf(answerTo(condition[0])) >= 0) !== !!condition[2];
  });
}
// The step after another; to return to the check page, only steps that ask something new are shown before it.
function nextStep(steps, step, isReturning, asksNew) {
  if (!isReturning) return steps[steps.indexOf(step) + 1];
  var open = steps.filter(function (other) { return other !== step && asksNew(other); });
  return open[0] || steps[steps.length - 1];
}
