import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type Recipe } from './recipe.ts';

const HOME = '/usr/share/activemq';
const JAR = `${HOME}/bin/activemq.jar`;

export const activemq: Recipe = {
  title: 'ActiveMQ 5.17',
  // No client of OpenWire is kept up for Node, and Debian's build doesn't answer on MQTT: STOMP reaches the same queues.
  protocols: ['stomp'],

  missing() {
    if (!existsSync(JAR)) return "`activemq` isn't installed";
    if (findProgram('java') === undefined) return "`java` isn't installed";
    return undefined;
  },

  prepare(folder, ports) {
    mkdirSync(join(folder, 'conf'));
    mkdirSync(join(folder, 'data'));
    mkdirSync(join(folder, 'tmp'));
    const settings = join(folder, 'conf', 'activemq.xml');
    writeFileSync(settings, xml(folder, ports['stomp'] ?? 0));
    return {
      helpers: [],
      broker: {
        ports: Object.values(ports),
        file: findProgram('java') ?? 'java',
        args: [
          '-Xms64m',
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-XX:-UsePerfData',
          `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
          `-Dactivemq.home=${HOME}`,
          `-Dactivemq.base=${folder}`,
          `-Dactivemq.conf=${join(folder, 'conf')}`,
          `-Dactivemq.data=${join(folder, 'data')}`,
          '-jar',
          JAR,
          'start',
          `xbean:file:${settings}`,
        ],
      },
    };
  },
};

const xml = (folder: string, port: number): string => `<beans xmlns="http://www.springframework.org/schema/beans"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="spillway" useJmx="false" dataDirectory="${folder}/data">
    <persistenceAdapter><kahaDB directory="${folder}/data/kahadb"/></persistenceAdapter>
    <systemUsage><systemUsage>
      <memoryUsage><memoryUsage limit="128 mb"/></memoryUsage>
      <storeUsage><storeUsage limit="256 mb"/></storeUsage>
      <tempUsage><tempUsage limit="128 mb"/></tempUsage>
    </systemUsage></systemUsage>
    <transportConnectors>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:${port}"/>
    </transportConnectors>
  </broker>
</beans>
`;
