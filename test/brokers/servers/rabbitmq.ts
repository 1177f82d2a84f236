import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type Recipe } from './recipe.ts';

/** The one in /usr/sbin insists on a user of its own and its folders. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

export const rabbitmq: Recipe = {
  title: 'RabbitMQ 3.10',
  protocols: ['amqp', 'mqtt', 'stomp'],

  missing() {
    if (!existsSync(SERVER)) return "`rabbitmq-server` isn't installed";
    if (findProgram('epmd') === undefined) return "`epmd` of Erlang isn't installed";
    return undefined;
  },

  prepare(folder, ports, [namesPort = 0, distributionPort = 0]) {
    const settings = join(folder, 'rabbitmq.conf');
    const plugins = join(folder, 'enabled_plugins');
    const environment = join(folder, 'rabbitmq-env.conf');
    mkdirSync(join(folder, 'data'));
    writeFileSync(
      settings,
      [
        `listeners.tcp.1 = 127.0.0.1:${ports['amqp']}`,
        `mqtt.listeners.tcp.1 = 127.0.0.1:${ports['mqtt']}`,
        'mqtt.allow_anonymous = true',
        'mqtt.default_user = guest',
        'mqtt.default_pass = guest',
        `stomp.listeners.tcp.1 = 127.0.0.1:${ports['stomp']}`,
        // Alarms would depend on the machine.
        'disk_free_limit.absolute = 1MB',
        'vm_memory_high_watermark.absolute = 1GB',
        'log.console = true',
        'log.console.level = warning',
        'log.file = false',
        '',
      ].join('\n'),
    );
    writeFileSync(plugins, '[rabbitmq_mqtt,rabbitmq_stomp].\n');
    writeFileSync(environment, '');
    // A register of names of our own, on a port of our own: the machine's may belong to somebody.
    const names = { ERL_EPMD_ADDRESS: '127.0.0.1', ERL_EPMD_PORT: String(namesPort) };
    return {
      helpers: [
        {
          file: findProgram('epmd') ?? 'epmd',
          args: ['-address', '127.0.0.1', '-port', String(namesPort)],
          env: names,
          ports: [namesPort],
        },
      ],
      broker: {
        file: SERVER,
        args: [],
        ports: Object.values(ports),
        env: {
          ...names,
          RABBITMQ_NODENAME: `spillway-${process.pid}@localhost`,
          RABBITMQ_DIST_PORT: String(distributionPort),
          RABBITMQ_CONF_ENV_FILE: environment,
          RABBITMQ_CONFIG_FILE: settings,
          RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
          RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
          RABBITMQ_MNESIA_BASE: join(folder, 'data'),
          RABBITMQ_LOG_BASE: folder,
          RABBITMQ_GENERATED_CONFIG_DIR: folder,
          RABBITMQ_PID_FILE: join(folder, 'pid'),
          // One scheduler that sleeps when there is nothing to do: two cores are busy with other tests.
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
            '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
        },
      },
    };
  },
};
