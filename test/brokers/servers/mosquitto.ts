import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type Recipe } from './recipe.ts';

export const mosquitto: Recipe = {
  title: 'Mosquitto 2.0',
  protocols: ['mqtt'],

  missing: () => (findProgram('mosquitto') === undefined ? "`mosquitto` isn't installed" : undefined),

  prepare(folder, ports) {
    const data = join(folder, 'data');
    mkdirSync(data);
    const settings = join(folder, 'mosquitto.conf');
    writeFileSync(
      settings,
      [
        `listener ${ports['mqtt']} 127.0.0.1`,
        'allow_anonymous true',
        // It would change to a user of its own, who may not write here.
        ...(process.getuid?.() === 0 ? ['user root'] : []),
        'persistence true',
        `persistence_location ${data}/`,
        // Whatever changes is written at once, so that a kill takes nothing but what was under way.
        'autosave_on_changes true',
        'autosave_interval 1',
        'log_dest stdout',
        'log_type error',
        'log_type warning',
        '',
      ].join('\n'),
    );
    const file = findProgram('mosquitto') ?? 'mosquitto';
    return { helpers: [], broker: { file, args: ['-c', settings], ports: Object.values(ports) } };
  },
};
