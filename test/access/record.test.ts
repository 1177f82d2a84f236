/** Records of calls in CloudTrail's format, field by field. */
import { describe, expect, it } from 'vitest';
import { cloudTrailRecord, type ApiCall } from '../../src/access/api-record.ts';
import { Stage, THEIRS } from './stage.ts';

type Record_ = Record<string, unknown>;

function recordsOf(more: ConstructorParameters<typeof Stage>[0], act: (stage: Stage) => void): Record_[] {
  const stage = new Stage(more, true);
  act(stage);
  return stage.lines.map((line) => JSON.parse(line) as Record_);
}

/** A record without a run around it. */
function bare(eventName: string, error: ApiCall['error'] = null): Record_ {
  const guarded = { name: 'q', service: 'sqs', arn: 'a:b', account: THEIRS, region: 'us-east-1', encryption: null };
  const identity = { name: 'n', principal: { kind: 'service', service: 's' }, arn: 's', account: '', principals: 1 };
  const call = { us: 0, eventName, error, guarded, identity } as unknown as ApiCall;
  return cloudTrailRecord(call, { requestParameters: null, responseElements: { x: 1 } }, 0, 'test', 0);
}

const ALWAYS = [
  'eventVersion',
  'userIdentity',
  'eventTime',
  'awsRegion',
  'eventID',
  'eventName',
  'eventSource',
  'requestID',
  'requestParameters',
  'responseElements',
  'sourceIPAddress',
  'userAgent',
  'eventType',
  'eventCategory',
];

describe('the record of a call', () => {
  it('has every field that AWS always writes [access.record-fields]', () => {
    const [sent, received] = recordsOf({}, (stage) => {
      stage.send(stage.sender('buyers'));
      stage.receive(stage.sender('workers'));
    });
    for (const record of [sent, received]) for (const field of ALWAYS) expect(record).toHaveProperty(field);
    expect(Object.keys(sent?.['userIdentity'] as object)).toEqual(
      expect.arrayContaining(['type', 'principalId', 'arn', 'accountId', 'accessKeyId']),
    );
    expect(sent).toMatchObject({
      eventVersion: '1.09',
      awsRegion: 'us-east-1',
      eventSource: 'sqs.amazonaws.com',
      userIdentity: { sessionContext: { sessionIssuer: { userName: 'buyers' } } },
    });
  });

  it('has the fields that it sometimes has where they say something [access.record-fields-2]', () => {
    const allow = { Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } };
    const across = { queue: `, account: '${THEIRS}', policy: ${JSON.stringify(allow)}` };
    const send = (stage: Stage): void => void stage.send(stage.sender('buyers'));
    const [plain] = recordsOf({}, send);
    const [foreign] = recordsOf(across, send);
    const [private_] = recordsOf({ traffic: ', role: { vpcEndpoint: { id: vpce-7 } }' }, send);
    const [open] = recordsOf({ traffic: ', role: { tls: false }' }, send);
    const [denied] = recordsOf({ queue: `, account: '${THEIRS}'` }, send);
    const fieldsOf = (record: Record_ | undefined, ...names: string[]): string[] =>
      names.filter((name) => record !== undefined && name in record);
    const optional = ['errorCode', 'errorMessage', 'sharedEventID', 'vpcEndpointId', 'tlsDetails'];
    expect([plain, foreign, private_, open, denied].map((record) => fieldsOf(record, ...optional))).toEqual([
      ['tlsDetails'],
      ['sharedEventID', 'tlsDetails'],
      ['vpcEndpointId', 'tlsDetails'],
      [],
      ['errorCode', 'errorMessage', 'sharedEventID', 'tlsDetails'],
    ]);
    expect(plain).toMatchObject({
      readOnly: false,
      managementEvent: false,
      eventType: 'AwsApiCall',
      eventCategory: 'Data',
    });
    expect(foreign).toMatchObject({ recipientAccountId: THEIRS });
  });

  it('says at most 1 KB of an error', () => {
    const record = bare('SendMessage', { code: 'X', message: 'y'.repeat(5000) });
    expect((record['errorMessage'] as string).length).toBe(1024);
  });

  it('tells of a send what it was given, and hides its body [access.sqs-sendmessage-record]', () => {
    const [sent] = recordsOf({}, (stage) => {
      stage.sender('buyers').SendMessage({
        body: 1,
        bytes: 10,
        DelaySeconds: -1,
        MessageGroupId: 4,
        MessageDeduplicationId: 5,
      });
    });
    expect(sent?.['requestParameters']).toEqual({
      queueUrl: 'https://sqs.us-east-1.amazonaws.com/111111111111/orders',
      messageBody: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      messageGroupId: '4',
      messageDeduplicationId: '5',
    });
    expect(Object.keys(sent?.['responseElements'] as object)).toEqual(['messageId']);
  });

  it('tells answers of calls that change something, and stays under 100 KB [access.field-rules]', () => {
    const records = recordsOf({}, (stage) => {
      stage.receive(stage.sender('workers'));
      stage.send(stage.sender('buyers'));
    });
    expect(records.map(({ responseElements }) => responseElements === null)).toEqual([true, false]);
    const given = ['SendMessage', 'ReceiveMessage', 'GetQueueAttributes'].map((name) => bare(name)['responseElements']);
    expect(given).toEqual([{ x: 1 }, null, null]);
    for (const record of records) expect(JSON.stringify(record).length).toBeLessThan(100 * 1024);
  });

  it('is a data event where it is about messages, a management event else [access.data-vs-management]', () => {
    const category = (eventName: string): unknown => bare(eventName)['eventCategory'];
    const calls = ['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch'];
    expect(calls.map(category)).toEqual(calls.map(() => 'Data'));
    expect([category('PurgeQueue'), category('SetQueueAttributes')]).toEqual(['Management', 'Management']);
  });
});
