import { expect, it } from 'vitest';
import { at, detector, event, hit, processStart } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import { lateralSteps } from './lateral.ts';

const none = new Map<string, string>();

it('asks for logons near detections only, and still finds the step of the evening', () => {
  const net = event('net', 0, { kind: 'network', host: 'ws1', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' });
  const noise = Array.from({ length: 3000 }, (_, i) =>
    event(`n${i}`, 60 + i / 10, { kind: 'logon', host: 'ws2', user: 'bo', sourceAddress: '10.0.0.9' }),
  );
  const morning = processStart('morning', 0, 'ws2', 'ana', 'a.exe');
  const here = processStart('here', 600, 'ws1', 'ana', 'a.exe');
  const logon = event('logon', 601, { kind: 'logon', host: 'ws2', user: 'ana', sourceAddress: '10.0.0.1' });
  const there = processStart('there', 602, 'ws2', 'ana', 'b.exe');
  const lake = new MemoryLake();
  lake.add([net, morning, ...noise, here, logon, there]);
  const asked: [number, number][] = [];
  const logonsTo = lake.logonsTo.bind(lake);
  lake.logonsTo = (host, from, to) => {
    if (host === 'ws2') asked.push([from, to]);
    return logonsTo(host, from, to);
  };
  const detections = [morning, here, there].map((one) => hit(one, detector('r')));
  expect(lateralSteps(detections, none, lake)).toEqual([[1, 2]]);
  expect(asked).toEqual([
    [at(-15), at(15)],
    [at(587), at(617)],
  ]);
});

it('takes the detection closest to the logon', () => {
  const net = event('net', 0, { kind: 'network', host: 'ws1', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' });
  const logon = event('logon', 20, { kind: 'logon', host: 'ws2', user: 'ana', sourceAddress: '10.0.0.1' });
  const detected = [
    processStart('far', 6, 'ws1', 'ana', 'a.exe'),
    processStart('near', 18, 'ws1', 'ana', 'a.exe'),
    processStart('there', 21, 'ws2', 'ana', 'b.exe'),
    processStart('later', 30, 'ws2', 'ana', 'b.exe'),
  ];
  const lake = new MemoryLake();
  lake.add([net, logon, ...detected]);
  const steps = lateralSteps(
    detected.map((one) => hit(one, detector('r'))),
    none,
    lake,
  );
  expect(steps).toEqual([[1, 2]]);
});
