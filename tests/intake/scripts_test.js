// The parts of the phone's script, one by one, without a browser: `node --test` on this file; see test_scripts.py.
"use strict";
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const test = require("node:test");
const vm = require("node:vm");

const SCRIPTS = join(__dirname, "..", "..", "survey", "static", "intake");

function load(...names) {
  const context = vm.createContext({});
  context.self = context;
  for (const name of names) vm.runInContext(readFileSync(join(SCRIPTS, name), "utf8"), context);
  return context;
}
const sameValue = (actual, expected) => assert.deepStrictEqual(JSON.parse(JSON.stringify(actual)), expected);

test("values are set into a text in their order", () => {
  assert.strictEqual(load("dom.js").fill("Part {} of {}", 2, 7), "Part 2 of 7");
});

test("a question is asked while every condition of its rule holds", () => {
  const { holds } = load("form_path.js");
  const answers = { group: "business", filed: "no" };
  const answerTo = (name) => (name in answers ? answers[name] : null);
  assert.ok(holds([], answerTo));
  assert.ok(holds([["group", ["business", "citizen"], 0]], answerTo));
  assert.ok(holds([["group", ["business"], 0], ["filed", ["yes"], 1]], answerTo));
  assert.ok(!holds([["group", ["business"], 0], ["filed", ["yes"], 0]], answerTo));
  assert.ok(!holds([["other", ["x"], 0]], answerTo), "an unanswered question is none of the options");
  assert.ok(holds([["other", ["x"], 1]], answerTo));
});

test("after the check page, only steps that ask something new come before it", () => {
  const { nextStep } = load("form_path.js");
  const steps = ["consent", "visit", "rating", "check"];
  assert.strictEqual(nextStep(steps, "visit", false, () => true), "rating");
  assert.strictEqual(nextStep(steps, "visit", true, () => false), "check");
  assert.strictEqual(nextStep(steps, "visit", true, (step) => step === "rating"), "rating");
  assert.strictEqual(nextStep(steps, "visit", true, (step) => step === "visit"), "check", "not the step itself");
});

test("a draft holds the answers there are", () => {
  const { packDraft } = load("form_draft.js");
  const fields = [{ name: "q1", value: "4" }, { name: "comment", value: "" }];
  const draft = JSON.parse(packDraft("the-id", fields, "#q1"));
  assert.ok(Math.abs(Date.now() - draft.at) < 60000);
  sameValue([draft.id, draft.n, draft.where, draft.answers], ["the-id", 1, "#q1", { q1: "4" }]);
});

test("a draft with answers is offered for half a day", () => {
  const { isRecent } = load("form_draft.js");
  const hours = 3600 * 1000;
  assert.ok(isRecent({ n: 1, at: 0 }, 11 * hours));
  assert.ok(!isRecent({ n: 1, at: 0 }, 12 * hours));
  assert.ok(!isRecent({ n: 0, at: 0 }, 0));
  assert.ok(!isRecent(null, 0));
});

test("old drafts are deleted, and nothing else", () => {
  const { dropOldDrafts } = load("old_drafts.js");
  const hours = 3600 * 1000;
  const stored = { "draft:old": '{"at":0}', "draft:new": '{"at":1}', "draft:broken": "null", other: "x" };
  Object.defineProperty(stored, "getItem", { value: (key) => stored[key] });
  Object.defineProperty(stored, "removeItem", { value: (key) => delete stored[key] });
  dropOldDrafts(stored, 12 * hours);
  assert.deepStrictEqual(Object.keys(stored), ["draft:new", "other"]);
});

test("an id is a random UUID in its one spelling", () => {
  const { uuid } = load("form_draft.js");
  assert.strictEqual(uuid(new Uint8Array(16)), "00000000-0000-4000-8000-000000000000");
  assert.strictEqual(uuid(new Uint8Array(16).fill(255)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
});

test("fields are encoded as a browser sends them", () => {
  const { encodeFields } = load("form_send.js");
  const fields = [
    { name: "q1", value: "4", type: "radio", checked: true },
    { name: "q1", value: "5", type: "radio", checked: false },
    { name: "comment", value: "Cảm ơn & a+b=c", type: "textarea" },
    { name: "empty", value: "", type: "hidden" },
    { name: "", value: "no name", type: "text" },
  ];
  assert.strictEqual(encodeFields(fields), "q1=4&comment=C%E1%BA%A3m+%C6%A1n+%26+a%2Bb%3Dc");
});

test("a form waits until our server gives a receipt or a refusal", () => {
  const { outbox } = load("outbox.js");
  const ours = (body) => `<!doctype html><main id="main"><h1>Title</h1>${body}</main>`;
  const noted = (status, page) => {
    const form = { id: "1", body: "q1=4", words: "4" };
    outbox.note(form, { status, ok: status < 400 }, page);
    return form;
  };
  const received = noted(200, ours('<p id="receipt-code">K7QX-M2PD-9R4T</p>'));
  sameValue([received.receipt, received.body, outbox.waits(received)], ["K7QX-M2PD-9R4T", "", false]);
  const refused = noted(410, ours(""));
  sameValue([refused.refused, refused.why, outbox.waits(refused)], [410, "Title", false]);
  assert.throws(() => noted(200, "<h1>Free wifi</h1>"), "a sign-in page in between");
  assert.throws(() => noted(404, "<h1>Not found</h1>"), "a refusal of another server");
  assert.throws(() => noted(429, ours("")), "too many at once");
  assert.throws(() => noted(503, ours("")), "the server is not there");
});
