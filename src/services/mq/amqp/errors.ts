/** AMQP's errors as RabbitMQ words them; those that end a channel, and (`isHard`) those that end the connection. */
export interface AmqpError {
  readonly code: number;
  readonly text: string;
  readonly isHard?: boolean;
}

type Argument = string | number | boolean | undefined;

const of = (code: number, says: string): AmqpError => ({ code, text: says });
const at = (name: string): string => `'${name}' in vhost '/'`;

export const NO_ROUTE = 312;

export const amqpErrors = {
  noExchange: (name: string): AmqpError => of(404, `NOT_FOUND - no exchange ${at(name)}`),
  noQueue: (name: string): AmqpError => of(404, `NOT_FOUND - no queue ${at(name)}`),
  queueDown: (name: string, node: string): AmqpError =>
    of(404, `NOT_FOUND - home node '${node}' of durable queue ${at(name)} is down or inaccessible`),
  internalExchange: (name: string): AmqpError =>
    of(403, `ACCESS_REFUSED - cannot publish to internal exchange ${at(name)}`),
  defaultExchange: of(403, 'ACCESS_REFUSED - operation not permitted on the default exchange'),
  reservedName: (kind: 'queue' | 'exchange', name: string): AmqpError =>
    of(403, `ACCESS_REFUSED - ${kind} name '${name}' contains reserved prefix 'amq.*'`),
  systemExchange: (name: string): AmqpError =>
    of(403, `ACCESS_REFUSED - deletion of system exchange ${at(name)} not allowed`),
  inExclusiveUse: (name: string): AmqpError => of(403, `ACCESS_REFUSED - queue ${at(name)} in exclusive use`),
  locked: (name: string): AmqpError =>
    of(
      405,
      `RESOURCE_LOCKED - cannot obtain exclusive access to locked queue ${at(name)}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`,
    ),
  unknownTag: (tag: number): AmqpError => of(406, `PRECONDITION_FAILED - unknown delivery tag ${tag}`),
  inequivalent: (
    argument: string,
    kind: 'queue' | 'exchange',
    resource: string,
    got: Argument,
    is: Argument,
  ): AmqpError =>
    of(406, `PRECONDITION_FAILED - inequivalent arg '${argument}' for ${kind} ${at(resource)}: ${difference(got, is)}`),
  badProperty: (property: string, name: string): AmqpError =>
    of(406, `PRECONDITION_FAILED - invalid property '${property}' for queue ${at(name)}`),
  badArgument: (argument: string, name: string, why: string): AmqpError =>
    of(406, `PRECONDITION_FAILED - invalid arg '${argument}' for queue ${at(name)}: ${why}`),
  queueInUse: (name: string): AmqpError => of(406, `PRECONDITION_FAILED - queue ${at(name)} in use`),
  queueNotEmpty: (name: string): AmqpError => of(406, `PRECONDITION_FAILED - queue ${at(name)} not empty`),
  exchangeInUse: (name: string): AmqpError => of(406, `PRECONDITION_FAILED - exchange ${at(name)} in use`),
  tooLarge: (bytes: number, limit: number): AmqpError =>
    of(406, `PRECONDITION_FAILED - message size ${bytes} is larger than configured max size ${limit}`),
  timedOut: (ms: number): AmqpError =>
    of(
      406,
      `PRECONDITION_FAILED - delivery acknowledgement on channel timed out. Timeout value used: ${ms} ms. This timeout value can be configured, see consumers doc guide to learn more`,
    ),
  noTransaction: of(406, 'PRECONDITION_FAILED - channel is not transactional'),
  fromConfirmToTx: of(406, 'PRECONDITION_FAILED - cannot switch from confirm to tx mode'),
  fromTxToConfirm: of(406, 'PRECONDITION_FAILED - cannot switch from tx to confirm mode'),
  tooManyQueues: (name: string, limit: number): AmqpError =>
    of(406, `PRECONDITION_FAILED - cannot declare queue '${name}': queue limit in vhost '/' (${limit}) is reached`),
  tooManyConsumers: (limit: number): AmqpError => ({
    code: 530,
    text: `NOT_ALLOWED - reached maximum (${limit}) of consumers per channel`,
    isHard: true,
  }),
  consumerTagUsed: (tag: number): AmqpError => ({
    code: 530,
    text: `NOT_ALLOWED - attempt to reuse consumer tag '${tag}'`,
    isHard: true,
  }),
} as const;

function difference(got: Argument, is: Argument): string {
  if (got !== undefined && is !== undefined) return `received '${got}' but current is '${is}'`;
  return `received ${shown(got)} but current is ${shown(is)}`;
}

/** With the type that clients commonly write it with. */
function shown(value: Argument): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return `the value '${value}' of type 'longstr'`;
  if (typeof value === 'boolean') return `the value '${value}' of type 'bool'`;
  return `the value '${value}' of type '${numberType(value)}'`;
}
function numberType(value: number): string {
  if (value >= -128 && value < 128) return 'byte';
  if (value >= -32_768 && value < 32_768) return 'short';
  return value >= -2_147_483_648 && value < 2_147_483_648 ? 'signedint' : 'long';
}
