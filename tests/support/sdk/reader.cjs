// Calls one of the official npm SDKs, as `reader.py` does with those of Python.
"use strict";

const { createRequire } = require("node:module");
const readline = require("node:readline");

const [folder, name, kind, serverURL, authHeader] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const client = new (load(name)[kind])({ serverURL, authHeader, security: { authHeader } });

function groupsOf(group) {
  // Some make their groups when they are first asked for.
  const lazily = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(group)));
  const names = lazily.filter(([, each]) => each.get).map(([each]) => each);
  const own = Object.keys(group).filter((each) => !each.startsWith("_"));
  return [...names, ...own].filter((each) => each !== "sdkConfiguration" && isGroup(group[each]));
}

function isGroup(value) {
  const made = value && typeof value === "object" ? value.constructor.name : "Object";
  return !["Object", "Array", "SDKHooks", "HTTPClient", "URL"].includes(made);
}

function sourceOf(method) {
  const source = method.toString();
  const apart = /\.(\w+)\)\(this/.exec(source);
  return apart ? load(`${name}/funcs/${apart[1]}.js`)[apart[1]].toString() + $do(apart[1]) : source;
}

function $do(func) {
  return require("node:fs").readFileSync(load.resolve(`${name}/funcs/${func}.js`), "utf8");
}

function operations(group, above = []) {
  const below = groupsOf(group).flatMap((each) => operations(group[each], [...above, each]));
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(group)));
  const own = methods.flatMap(([each, { value }]) => {
    const source = each === "constructor" || !value ? "" : sourceOf(value);
    const path = /(?:generateURL\(baseURL, |pathToFunc\)\()"([^"]+)"/.exec(source);
    const method = /method: "(\w+)"/.exec(source);
    const called = [...above, each].join(".");
    return path ? [{ name: called, method: method[1].toUpperCase(), path: path[1] }] : [];
  });
  return [...below, ...own];
}

async function answer(asked) {
  if (!asked.call) return operations(client);
  const names = asked.call.split(".");
  const method = names.pop();
  const group = names.reduce((found, each) => found[each], client);
  try {
    const given = Object.keys(asked.given).length ? [asked.given] : [];
    return { value: parsed(await group[method](...given)) };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

// The older ones hand over the answer with all that came with it.
function parsed(result) {
  if (!result || !result.rawResponse) return result;
  const { statusCode, contentType, rawResponse, ...found } = result;
  if (found.errorMessage) throw new Error(JSON.stringify(found.errorMessage));
  return Object.values(found)[0];
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

main();
