/** A small shop for tests: orders, workers with two instances, a bank. Short, so that a run takes milliseconds. */
export const SHOP = `
seed: 1
horizon: 10s
resolution: 10s
traffic: { orders: { rate: 2/s } }
resources:
  orders: { type: sqs, visibilityTimeout: 2s }
  bank: { type: service, servers: 5, serviceTime: 50ms }
  workers: { type: consumer, source: orders, instances: 2, waitTime: 1s, handler: { time: 20ms, calls: [{ to: bank, timeout: 1s }] } }
designs: { queued: { traffic: { orders: orders } } }
`;

/** A fifth of what workers say in the first eight seconds is lost, deletes too, so messages come back; under this seed to a handler that had done its work. */
export const LOSSY = `${SHOP.replace('seed: 1', 'seed: 2')}faults: [{ at: 0s, for: 8s, link: [workers, orders], lose: { requests: 20% } }]\n`;
