// Judges documents by schemas: a JSON array of { name, schema, document } on standard input, an array of what is
// wrong with each on standard output, in the same order. Where there is no document, the schema itself is judged.
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;
const ajv = addFormats(new Ajv({ allErrors: true, strict: false, validateFormats: false }));

const compiled = new Map();
const faults = JSON.parse(fs.readFileSync(0, "utf8")).map(({ name, schema, document }) => {
  if (document === undefined) return ajv.validateSchema(schema) ? [] : ajv.errors.map((error) => `${error.instancePath}: ${error.message}`);
  if (!compiled.has(name)) compiled.set(name, ajv.compile(schema));
  const fits = compiled.get(name);
  return fits(document) ? [] : fits.errors.map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
});
console.log(JSON.stringify(faults));
