/** Regions that an account must enable before it can use them. SNS delivers into them, and out of them, under a name of the Region's own. */

export interface OptInRegion {
  readonly region: string;
  readonly source: string;
  /** When the source said so, ISO month. */
  readonly date: string;
  readonly status: 'confirmed' | 'secondary';
}

const LISTED = [
  'af-south-1',
  'ap-east-1',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'eu-central-2',
  'eu-south-1',
];
const LISTED_TOO = ['eu-south-2', 'il-central-1', 'me-central-1', 'me-south-1'];
/** Not on SNS's page, but launched after 20 March 2019, which is AWS's rule for them. */
const BY_RULE = ['ap-east-2', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'mx-central-1'];

/** One version of SNS's page also lists ap-northeast-3 (Osaka), which other pages of AWS and its own API call enabled by default: left out. */
export const OPT_IN_REGIONS: readonly OptInRegion[] = [
  ...[...LISTED, ...LISTED_TOO].map((region) => ({
    region,
    source: 'SNS Developer Guide: cross-region delivery',
    date: '2026-10',
    status: 'confirmed' as const,
  })),
  ...BY_RULE.map((region) => ({
    region,
    source: 'launched after 20 March 2019 (AWS Elemental MediaPackage User Guide: opt-in Regions)',
    date: '2026-10',
    status: 'secondary' as const,
  })),
];

const NAMES = new Set(OPT_IN_REGIONS.map(({ region }) => region));

export function isOptIn(region: string): boolean {
  return NAMES.has(region);
}
