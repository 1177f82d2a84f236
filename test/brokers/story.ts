/** A story is told once and played several times: by the model, and by each real broker that is here. All must answer alike. */

export type Engine = 'rabbitmq' | 'mosquitto' | 'activemq';
/** The model plays each of them. */
export type Broker = Engine | `model of ${Engine}`;

export interface Story<Driver> {
  readonly name: string;
  /** What was seen, as plain lines. */
  readonly run: (driver: Driver) => Promise<readonly string[]>;
  readonly expected: readonly string[];
  /** Who says something else. */
  readonly differs?: readonly Difference[];
}

/** Around the death of the broker, so that one death does for all. */
export interface KillStory<Driver> {
  readonly name: string;
  /** Up to the kill. What it returns goes on after it. */
  readonly run: (driver: Driver) => Promise<() => Promise<readonly string[]>>;
  readonly expected: readonly string[];
  readonly differs?: readonly Difference[];
}

/** One answers otherwise than the others. */
export interface Difference {
  readonly broker: Broker;
  readonly what: readonly string[];
  readonly why: string;
}

export type Told = Pick<Story<never>, 'expected' | 'differs'>;

/** The model answers as what it is a model of, unless a difference says otherwise. */
export function expectedOf({ expected, differs = [] }: Told, engine: Engine, isModel: boolean): readonly string[] {
  const of = (broker: Broker): readonly string[] | undefined => differs.find((one) => one.broker === broker)?.what;
  return (isModel ? of(`model of ${engine}`) : undefined) ?? of(engine) ?? expected;
}
