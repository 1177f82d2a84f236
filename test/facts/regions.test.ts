import { expect, test } from 'vitest';
import { isOptIn, OPT_IN_REGIONS } from '../../src/facts/index.ts';

test('SNS’s page names eleven Regions; six more are later than March 2019, and say so', () => {
  const by = (status: string): string[] =>
    OPT_IN_REGIONS.filter((one) => one.status === status)
      .map(({ region }) => region)
      .sort();
  expect(by('confirmed')).toEqual(
    'af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1'.split(
      ' ',
    ),
  );
  expect(by('secondary')).toEqual(
    'ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 mx-central-1'.split(' '),
  );
});

test.each(['us-east-1', 'eu-west-1', 'eu-central-1', 'ap-northeast-3', 'ap-southeast-2', 'sa-east-1'])(
  '%s is enabled by default',
  (region) => {
    expect(isOptIn(region)).toBe(false);
  },
);
