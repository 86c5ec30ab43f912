// The cases of schema/suite get the verdicts in WebAssembly that they list. Its README tells
// their form.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

import { none, scope as scopeOf, tantamount } from "./bindings.mjs";

const root = fileURLToPath(new URL("../../schema/suite", import.meta.url));

/** The names of what a folder holds; one that holds nothing is an error. */
function names(...path) {
  const folder = resolve(root, ...path);
  const found = readdirSync(folder).sort();
  assert.notEqual(found.length, 0, `${folder} is empty`);
  return found;
}

/** The files of a folder, as bytes, by name. */
const files = (...path) =>
  new Map(names(...path).map((name) => [name, readFileSync(resolve(root, ...path, name))]));

/** The text in these bytes, or null where they are no UTF-8, which no string can hold. */
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Takes a file out of a case. */
function take(parts, name) {
  const bytes = parts.get(name);
  parts.delete(name);
  return bytes;
}

/** Takes a file of one line or more out of a case. */
function lines(parts, name) {
  const text = decode(take(parts, name) ?? assert.fail(`there is no ${name}`));
  assert.match(text, /^[^]+\n$/, `${name} is no list of lines`);
  return text;
}

/** Takes a file of any number of lines out of a case. */
function linesIfAny(parts, name) {
  const text = decode(take(parts, name) ?? assert.fail(`there is no ${name}`));
  assert.match(text, /^$|\n$/, `${name} ends in no line end`);
  return text;
}

/** Takes a request out of a case: as it is, or made by its recipe. */
function request(parts, stem) {
  const [text, recipe] = [take(parts, `${stem}.json`), take(parts, `${stem}.recipe`)];
  assert.equal(Boolean(text) + Boolean(recipe), 1, `one of ${stem}.json and ${stem}.recipe is needed`);
  if (text) return decode(text);
  const made = decode(recipe).split("\n");
  assert.equal(made.pop(), "", "the recipe's last line has no end");
  return made.map((line) => {
    const [, count, part] = /^([1-9][0-9]*) ([^]+)$/.exec(line) ?? assert.fail(`no line of a recipe: ${line}`);
    return part.repeat(Number(count));
  }).join("");
}

/** The cases of a folder whose files are called by the case's name and one of the endings. */
function flat(folder, ...endings) {
  const cases = new Map();
  for (const [file, bytes] of files(folder)) {
    const ending = endings.find((one) => file.endsWith(one) && file !== one);
    assert.ok(ending, `${folder}/${file} ends in none of ${endings}`);
    const name = file.slice(0, -ending.length);
    if (!cases.has(name)) cases.set(name, new Map());
    cases.get(name).set(ending, bytes);
  }
  return cases;
}

/** The cases of a folder that has a folder for each. */
const pairs = (folder) => new Map(names(folder).map((name) => [name, files(folder, name)]));

/** Runs a test for each case, and sees that it has taken every file of it. */
function each(folder, cases, check) {
  suite(folder, () => {
    for (const [name, parts] of cases) {
      test(name, () => {
        check(parts);
        assert.deepEqual([...parts.keys()], [], "files that belong to no case");
      });
    }
  });
}

/** A column in UTF-16 code units as one in characters, which the cases list. */
function characters(text, { line, column }) {
  if (line === 0) return column;
  return [...text.split("\n")[line - 1].slice(0, column - 1)].length + 1;
}

/** The value of a text, where JavaScript has it. */
function exactly(text) {
  try {
    return tantamount.parse(text);
  } catch (refusal) {
    assert.ok(refusal.problems.every(({ code }) => code === "inexact_number"), refusal.message);
    return undefined;
  }
}

each("accept", flat("accept", ".json", ".recipe", ".canonical"), (parts) => {
  const text = request(parts, "");
  assert.deepEqual(tantamount.validate(text), []);
  assert.deepEqual(tantamount.validate(new TextEncoder().encode(text)), []);
  const canonical = tantamount.canonicalizeToString(text, none);
  if (parts.has(".canonical")) assert.equal(`${canonical}\n`, lines(parts, ".canonical"));
  assert.equal(tantamount.canonicalizeToString(canonical, none), canonical);
  const digest = tantamount.digest(text, none);
  assert.equal(digest, tantamount.digest(canonical, none));
  assert.equal(digest, tantamount.digest(new TextEncoder().encode(text), none));
  const value = exactly(text);
  if (value !== undefined) assert.equal(tantamount.digest(value, none), digest);
  assert.equal(tantamount.compareStored(text, canonical, none).same, true);
});

each("reject", flat("reject", ".json", ".recipe", ".problems"), (parts) => {
  const bytes = parts.get(".json");
  const text = request(parts, "");
  const listed = lines(parts, ".problems");
  if (text === null) {
    const [line, column] = listed.split(/[: ]/).map(Number);
    const [problem, ...others] = tantamount.validate(bytes);
    assert.deepEqual([problem.line, problem.code, others.length], [line, "invalid_utf8", 0]);
    // No case has a character beyond U+FFFF before its fault.
    assert.equal(problem.column, column);
    return;
  }
  const found = tantamount.validate(text).map((problem) =>
    `${problem.line}:${characters(text, problem)} ${problem.code}${problem.pointer && ` ${problem.pointer}`}\n`);
  assert.equal(found.join(""), listed);
  assert.throws(() => tantamount.canonicalize(text, none), (refusal) => {
    return refusal.problems.length === found.length && refusal.omitted === 0;
  });
});

/** Compares a pair in every way that there is. */
function compare(parts, listed) {
  const [first, second] = [request(parts, "first"), request(parts, "second")];
  const [, organization] = /^organization (\S+)\n$/.exec(lines(parts, "scope")) ?? assert.fail("no scope");
  const scope = scopeOf(organization === "none" ? null : organization);
  const same = listed === "";
  for (const verdict of [
    tantamount.compare(first, second, scope),
    tantamount.compareStored(first, second, scope),
  ]) {
    const found = verdict.differences.map(({ path, from, to }) =>
      `${path}: ${from ?? "(absent)"} → ${to ?? "(absent)"}\n`);
    assert.equal(found.join(""), listed);
    assert.equal(verdict.same, same);
    assert.equal(verdict.omitted, 0);
  }
  assert.equal(tantamount.compare(second, first, scope).same, same);
  assert.equal(tantamount.digest(first, scope) === tantamount.digest(second, scope), same);
}

each("same", pairs("same"), (parts) => compare(parts, ""));

each("different", pairs("different"), (parts) => compare(parts, lines(parts, "differences")));

each("among", pairs("among"), (parts) => {
  const text = request(parts, "request");
  const existingStepKeys = linesIfAny(parts, "existing").split("\n").slice(0, -1);
  const listed = linesIfAny(parts, "problems");
  for (const input of [text, new TextEncoder().encode(text)]) {
    for (const keys of [existingStepKeys, new Set(existingStepKeys), existingStepKeys.values()]) {
      const found = tantamount.validate(input, { existingStepKeys: keys }).map((problem) =>
        `${problem.line}:${characters(text, problem)} ${problem.code} ${problem.pointer}\n`);
      assert.equal(found.join(""), listed);
    }
    assert.deepEqual(tantamount.validate(input), []);
  }
  const pointers = tantamount.validate(JSON.parse(text), { existingStepKeys }).map(({ code, pointer }) => `${code} ${pointer}\n`);
  assert.equal(pointers.join(""), listed.replaceAll(/^\S+ /gm, ""));
});
