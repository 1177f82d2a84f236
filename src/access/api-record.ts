/** The record of one call, in the format of AWS CloudTrail. Pure: ids come from counts, instants from virtual time. */
import { VERSION } from '../version.ts';
import { instant } from './calendar.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';
import { letters, uuid } from './ids.ts';

export interface ApiCall {
  /** When the service decided it, microseconds of virtual time. */
  readonly us: number;
  readonly eventName: string;
  readonly identity: Identity;
  readonly guarded: Guarded;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ApiCallDetails {
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  /** Only of calls that change something and went well. */
  readonly responseElements: Readonly<Record<string, unknown>> | null;
}

/** What CloudTrail shows in the place of a message's body. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';
/** Calls about messages are data events; all others are management events. That `Publish` is one, as AWS says of SQS's calls, is assumed. */
const DATA_EVENTS = new Set([
  'SendMessage',
  'SendMessageBatch',
  'ReceiveMessage',
  'DeleteMessage',
  'DeleteMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'Publish',
  'PublishBatch',
]);
/** The access level that IAM gives it (assumed to be the record's too). */
const READS = new Set(['ReceiveMessage', 'GetQueueAttributes']);
const MOST_MESSAGE = 1024;

/** `n`: place in the log, from 0; `run`: tells one log from another; `epochSeconds`: what virtual time 0 is, in seconds since 1970. */
export function cloudTrailRecord(
  call: ApiCall,
  details: ApiCallDetails,
  n: number,
  run: string,
  epochSeconds: number,
): Record<string, unknown> {
  const { identity, guarded, error, eventName } = call;
  const isData = DATA_EVENTS.has(eventName);
  const host = `${guarded.service}.${guarded.region}.amazonaws.com`;
  const isService = identity.principal.kind === 'service';
  const other = !isService && identity.account !== guarded.account;
  return {
    eventVersion: '1.09',
    userIdentity: userIdentity(identity),
    eventTime: instant(epochSeconds + Math.floor(call.us / 1e6)),
    eventSource: `${guarded.service}.amazonaws.com`,
    eventName,
    awsRegion: guarded.region,
    sourceIPAddress: isService ? identity.arn : identity.vpcEndpoint === null ? '192.0.2.1' : '10.0.0.1',
    userAgent: isService ? identity.arn : `spillway/${VERSION}`,
    ...(error === null ? {} : { errorCode: error.code, errorMessage: error.message.slice(0, MOST_MESSAGE) }),
    requestParameters: details.requestParameters,
    responseElements: error === null && !READS.has(eventName) ? details.responseElements : null,
    requestID: uuid(`${run}/request/${n}`),
    eventID: uuid(`${run}/event/${n}`),
    readOnly: READS.has(eventName),
    resources: [
      {
        accountId: guarded.account,
        type: guarded.service === 'sqs' ? 'AWS::SQS::Queue' : 'AWS::SNS::Topic',
        ARN: guarded.arn,
      },
    ],
    eventType: 'AwsApiCall',
    managementEvent: !isData,
    recipientAccountId: guarded.account,
    ...(other ? { sharedEventID: uuid(`${run}/shared/${n}`) } : {}),
    ...(identity.vpcEndpoint === null ? {} : { vpcEndpointId: identity.vpcEndpoint }),
    eventCategory: isData ? 'Data' : 'Management',
    ...(identity.tls
      ? { tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: host } }
      : {}),
  };
}

function userIdentity(identity: Identity): Record<string, unknown> {
  const { principal, account } = identity;
  if (principal.kind === 'service') return { type: 'AWSService', invokedBy: principal.service };
  const id = `AROA${letters(principal.arn)}`;
  const userName = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  return {
    type: 'AssumedRole',
    principalId: `${id}:${identity.name}`,
    arn: identity.arn,
    accountId: account,
    accessKeyId: `ASIA${letters(identity.arn)}`,
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: id, arn: principal.arn, accountId: account, userName },
    },
  };
}
