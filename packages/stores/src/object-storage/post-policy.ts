import type { Clock } from '@pcc/platform';
import { z } from 'zod';
import { type Credentials, isSame, readScope } from './authentication.js';
import { S3Error } from './s3rver.js';
import { algorithm, signText } from './signature.js';

/** The fields of a form before its file, by name in lower case. */
export type FormFields = ReadonlyMap<string, string>;

export interface AllowedUpload {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** S3's own limit for a form. */
const maxFormBytes = 5 * 1024 ** 3;

const length = z.coerce.number().int().nonnegative();
const conditionSchema = z.union([
  z.tuple([z.literal('content-length-range'), length, length]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z.record(z.string(), z.string()),
]);
const policySchema = z.object({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(conditionSchema),
});
type Condition = z.infer<typeof conditionSchema>;

/**
 * Checks a form against the policy that it carries.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 *
 * @param fields with `bucket` as the URL says it, and the key as it will be stored
 * @throws S3Error when the policy is not ours, has expired, or does not allow one of the fields
 */
export function checkPostPolicy(
  fields: FormFields,
  credentials: Credentials,
  clock: Clock,
): AllowedUpload {
  const policyText = fields.get('policy') ?? '';
  checkSignature(fields, policyText, credentials);
  const { expiration, conditions } = parsePolicy(policyText);
  if (new Date(expiration) <= clock.now()) throw refusal('Policy expired.');
  const unmentioned = new Set([...fields.keys()].filter((name) => !needsNoCondition(name)));
  let range = { minBytes: 0, maxBytes: maxFormBytes };
  for (const condition of conditions.flatMap(asList)) {
    const [kind, subject, value] = condition;
    if (kind === 'content-length-range') {
      range = { minBytes: subject, maxBytes: value };
      continue;
    }
    const name = subject.slice(1).toLowerCase();
    unmentioned.delete(name);
    const given = fields.get(name) ?? '';
    if (kind === 'eq' ? given !== value : !given.startsWith(value)) {
      throw refusal(`Policy Condition failed: ["${kind}", "${subject}", "${value}"]`);
    }
  }
  if (unmentioned.size > 0) throw refusal(`Extra input fields: ${[...unmentioned].join(', ')}`);
  return range;
}

const refusal = (reason: string) =>
  new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);

function checkSignature(fields: FormFields, policy: string, credentials: Credentials): void {
  const [name, credential, date, signature] = [
    'x-amz-algorithm',
    'x-amz-credential',
    'x-amz-date',
    'x-amz-signature',
  ].map((field) => fields.get(field) ?? '') as [string, string, string, string];
  if (name !== algorithm || policy === '') {
    throw new S3Error('AccessDenied', 'The form carries no policy with a signature of version 4.');
  }
  const scope = readScope(credential, credentials.accessKey, date);
  if (!isSame(signature, signText(credentials.secretKey, scope, policy))) {
    throw new S3Error('SignatureDoesNotMatch', 'The signature does not match the policy.');
  }
}

function parsePolicy(text: string): z.infer<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
  } catch {
    throw new S3Error('InvalidPolicyDocument', 'The policy cannot be read.');
  }
}

type ListedCondition = Exclude<Condition, Record<string, string>>;

/** `{ "acl": "private" }` is short for `["eq", "$acl", "private"]`. */
const asList = (condition: Condition): ListedCondition[] =>
  Array.isArray(condition)
    ? [condition]
    : Object.entries(condition).map(([name, value]) => ['eq', `$${name}`, value]);

const needsNoCondition = (name: string): boolean =>
  ['policy', 'x-amz-signature', 'file'].includes(name) || name.startsWith('x-ignore-');
