// Judges SARIF logs by the schema of SARIF 2.1.0. Usage: node sarif.mjs FILE...
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const Ajv = require("ajv/dist/2020").default;
const addFormats = require("ajv-formats").default;
// The package exports its programs only: the schema is taken by its path.
const here = path.dirname(fileURLToPath(import.meta.url));
const file = path.join(here, "node_modules/@microsoft/sarif-multitool-ts/assets/sarif-2.1.0.schema.json");
const ajv = addFormats(new Ajv({ allErrors: true, strict: false }));
const fits = ajv.compile(JSON.parse(fs.readFileSync(file, "utf8")));

let failed = false;
for (const log of process.argv.slice(2)) {
  if (!fits(JSON.parse(fs.readFileSync(log, "utf8")))) {
    failed = true;
    for (const error of fits.errors) console.log(`${log}: ${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
  }
}
console.log(`${process.argv.length - 2} logs judged`);
process.exitCode = failed ? 1 : 0;
