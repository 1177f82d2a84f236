/** Which delivery policy a protocol has. */
import { AWS_MANAGED, CUSTOMER_MANAGED, type DeliveryPolicy, HTTP_DEFAULT } from './delivery-policy.ts';
import type { Protocol } from './settings.ts';

/** The policy of a protocol; only HTTP and HTTPS may have another one. */
export function defaultDeliveryPolicy(protocol: Protocol): DeliveryPolicy {
  switch (protocol) {
    case 'sqs':
    case 'lambda':
    case 'firehose':
      return AWS_MANAGED;
    case 'http':
    case 'https':
      return HTTP_DEFAULT;
    case 'email':
    case 'email-json':
    case 'sms':
    case 'application':
      return CUSTOMER_MANAGED;
  }
}
