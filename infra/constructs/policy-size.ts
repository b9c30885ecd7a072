/** How long a policy may get once its ARNs are known. IAM refuses longer ones, and only when all else is made. */

/** Characters without white space: of one managed policy, and of all of a role's inline policies together. */
export const MANAGED_POLICY_SIZE = 6_144;
export const ROLE_POLICIES_SIZE = 10_240;

/** What is known at deployment only, as long as it can be. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '444444444444',
};
/** A bucket's ARN has 84 characters at most, a key's 92 (multi-Region), those of the lake's roles 114. */
const ANY_ARN = 'a'.repeat(114);

/** Of a document as CDK has resolved it. */
export function policySize(document: unknown): number {
  return JSON.stringify(longest(document)).replaceAll(/\s/g, '').length;
}

function longest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(longest);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return LONGEST[String(value.Ref)] ?? ANY_ARN;
  if ('Fn::GetAtt' in value) return ANY_ARN;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    return value['Fn::Join'][1].map(longest).join(value['Fn::Join'][0]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, longest(member)]));
}
