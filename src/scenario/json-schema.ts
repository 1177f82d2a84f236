/**
 * The JSON Schema (draft-07, which editors know best) of a scenario, for completion and for checks while one writes. It is made from the very
 * schemas that read a scenario:
 *
 *   schemas of the rooms ─▶ shape of each key + what it says about itself (`meta`) ─▶ one document with definitions
 *
 * What looks at several places at once (references, cycles, AWS's limits across settings) only the reader can tell.
 */
import { z } from 'zod';
import { FORBIDDEN } from './document.ts';
import { EFFECTS } from './faults.ts';
import { MOST, RESOURCE_TYPES } from './names.ts';
import { guaranteePattern } from './guarantees.ts';
import { objectivePattern } from './objective-pattern.ts';
import { schemasFor } from './schemas.ts';
import { type JsonSchema, NAME, written } from './words.ts';

type Definitions = Map<string, JsonSchema>;

/** Takes no file: the schema of a scenario does not depend on any. */
const noFiles = (): undefined => undefined;

/** The schema of a whole scenario, as plain data with keys in a fixed order. */
export function scenarioJsonSchema(): JsonSchema {
  const { root, traffic, resources, fault, objective, guarantee } = schemasFor(noFiles);
  const definitions: Definitions = new Map();
  const types = RESOURCE_TYPES.map((type) => ({ type, json: shapeOf(resources[type], definitions) }));
  for (const { type, json } of types) definitions.set(type, json);
  const byName = (of: JsonSchema, maxProperties: number, minProperties?: number): JsonSchema => ({
    type: 'object',
    propertyNames: { pattern: namePattern() },
    additionalProperties: of,
    ...(minProperties === undefined ? {} : { minProperties }),
    maxProperties,
  });
  definitions.set('traffic', shapeOf(traffic, definitions));
  definitions.set('resource', discriminated(types));
  definitions.set('fault', withEffect(shapeOf(fault, definitions)));
  definitions.set('objective', withPattern(shapeOf(objective, definitions), objectivePattern()));
  definitions.set('guarantee', withPattern(shapeOf(guarantee, definitions), guaranteePattern()));
  definitions.set('design', {
    type: 'object',
    properties: {
      traffic: {
        description:
          'Where each traffic enters, by its name: the name of a service or a queue. Every design routes every traffic.',
        type: 'object',
        additionalProperties: { type: 'string' },
      },
      resources: {
        description: 'Resources of this design alone, by name.',
        ...byName(reference('resource'), MOST.resources),
      },
    },
    required: ['traffic'],
    additionalProperties: false,
  });
  const whole = shapeOf(root, definitions);
  const keys = whole['properties'] as Readonly<Record<string, JsonSchema>>;
  const list = (of: string): JsonSchema => ({ type: ['array', 'null'], items: reference(of) });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Spillway scenario',
    ...whole,
    properties: {
      ...keys,
      traffic: { ...keys['traffic'], ...byName(reference('traffic'), MOST.traffic, 1) },
      resources: { ...keys['resources'], ...byName(reference('resource'), MOST.resources) },
      designs: { ...keys['designs'], ...byName(reference('design'), MOST.designs, 1) },
      faults: { ...keys['faults'], ...list('fault') },
      objectives: { ...keys['objectives'], ...list('objective') },
      guarantees: { ...keys['guarantees'], ...list('guarantee') },
    },
    required: [...(whole['required'] as readonly string[]), 'traffic', 'designs'],
    definitions: Object.fromEntries(definitions),
  };
}

function reference(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

/** Names, but not those that mean something to every JavaScript object. */
function namePattern(): string {
  const taken = [...FORBIDDEN].filter((name) => NAME.test(name));
  return NAME.source.replace('^', () => `^(?!(${taken.join('|')})$)`);
}

/** One of the types, chosen by `type`: an editor then offers the keys of that type alone. */
function discriminated(types: readonly { readonly type: string; readonly json: JsonSchema }[]): JsonSchema {
  return {
    type: 'object',
    properties: { type: { description: 'What kind of resource it is.', enum: types.map(({ type }) => type) } },
    required: ['type'],
    allOf: types.map(({ type }) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      then: reference(type),
    })),
  };
}

/** A fault without an effect is none. */
function withEffect(fault: JsonSchema): JsonSchema {
  return { ...fault, anyOf: EFFECTS.map((effect) => ({ required: [effect] })) };
}

/** Both forms of an objective, or a guarantee, say the same sentence. */
function withPattern(sentence: JsonSchema, pattern: string): JsonSchema {
  const [plain, full] = sentence['anyOf'] as readonly [JsonSchema, JsonSchema];
  const keys = full['properties'] as Readonly<Record<string, JsonSchema>>;
  return {
    anyOf: [
      { ...plain, pattern },
      { ...full, properties: { ...keys, that: { ...keys['that'], pattern } } },
    ],
  };
}

/** The JSON Schema of what the reader `schema` takes. */
function shapeOf(schema: z.core.$ZodType, definitions: Definitions): JsonSchema {
  const how = written.get(schema as z.ZodType);
  if (how?.name === undefined)
    return { ...(how?.json ?? ownShape(schema, definitions)), ...how?.also, ...rulesOf(schema) };
  if (!definitions.has(how.name)) {
    // Before its parts are read: a distribution is made of distributions.
    definitions.set(how.name, {});
    definitions.set(how.name, ownShape(schema, definitions));
  }
  return reference(how.name);
}

function ownShape(schema: z.core.$ZodType, definitions: Definitions): JsonSchema {
  const of = (part: z.core.$ZodType): JsonSchema => shapeOf(part, definitions);
  if (schema instanceof z.ZodObject) return objectOf(schema, definitions);
  if (schema instanceof z.ZodOptional) return of(schema.unwrap());
  if (schema instanceof z.ZodPipe) return of(schema.in);
  if (schema instanceof z.ZodLazy) return of(schema.unwrap());
  if (schema instanceof z.ZodUnion) return { anyOf: schema.options.map(of) };
  if (schema instanceof z.ZodEnum) {
    return schema.options.length === 1 ? { const: schema.options[0] } : { enum: schema.options };
  }
  if (schema instanceof z.ZodArray) return { type: 'array', items: of(schema.element) };
  if (schema instanceof z.ZodTuple) {
    const items = schema.def.items.map(of);
    return { type: 'array', items, minItems: items.length, maxItems: items.length };
  }
  if (schema instanceof z.ZodRecord) return { type: 'object', additionalProperties: of(schema.valueType) };
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
  if (schema instanceof z.ZodString) {
    const { minLength, maxLength } = schema;
    return {
      type: 'string',
      ...(minLength === null ? {} : { minLength }),
      ...(maxLength === null ? {} : { maxLength }),
    };
  }
  if (schema instanceof z.ZodNumber) return { type: schema.isInt ? 'integer' : 'number' };
  if (schema instanceof z.ZodUnknown) return {};
  throw new Error(`no JSON Schema for zod's ${schema._zod.def.type}: src/scenario/json-schema.ts has to learn it`);
}

function objectOf(schema: z.ZodObject, definitions: Definitions): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [key, part] of Object.entries(schema.shape)) {
    properties[key] = keyOf(part, definitions);
    if (!(part instanceof z.ZodOptional)) required.push(key);
  }
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

/** The schema of a key's value, with what the key says about itself. */
function keyOf(schema: z.core.$ZodType, definitions: Definitions): JsonSchema {
  const meta = firstOf(schema, (one) => z.globalRegistry.get(one));
  const form = firstOf(schema, (one) => written.get(one)?.form);
  const preset = meta?.['default'] as string | number | boolean | undefined;
  const says = [
    meta?.description,
    form === undefined ? undefined : `Written as ${form}.`,
    preset === undefined || preset === '' ? undefined : `Default: ${String(preset)}.`,
  ];
  const description = says.filter((part) => part !== undefined).join(' ');
  const shape = shapeOf(schema, definitions);
  return {
    ...(meta?.description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    // Beside a $ref every other keyword would be overlooked.
    ...('$ref' in shape ? { allOf: [shape] } : shape),
  };
}

/** Keywords of JSON Schema that a room's schema adds to an object: which keys go together. */
function rulesOf(schema: z.core.$ZodType): JsonSchema {
  if (!(schema instanceof z.ZodObject)) return {};
  const { description: _, default: __, ...rules } = z.globalRegistry.get(schema) ?? {};
  return rules;
}

/** What the schema, or else what is wrapped in it, has. */
function firstOf<T>(schema: z.core.$ZodType, read: (schema: z.ZodType) => T | undefined): T | undefined {
  const own = read(schema as z.ZodType);
  if (own !== undefined) return own;
  if (schema instanceof z.ZodOptional) return firstOf(schema.unwrap(), read);
  return schema instanceof z.ZodPipe ? firstOf(schema.in, read) : undefined;
}
