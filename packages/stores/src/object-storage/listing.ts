import type { ObjectRecord, ObjectRecords } from './object-records.js';
import { type BaseStore, S3Error } from './s3rver.js';
import { encodePath } from './signature.js';
import { xmlDocument, type XmlElement } from './xml.js';

interface Entry {
  /** A key; or what a group of keys has in common, up to and including the delimiter. */
  readonly name: string;
  readonly isGroup: boolean;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly isTruncated: boolean;
}

const maxEntries = 1_000;

/**
 * ListObjects, versions 1 and 2. s3rver's own list is in the order of files, so that pages lose keys (`a-b`
 * comes before `a` there), writes keys unencoded when asked to encode them, and fails at the second page of
 * version 2.
 */
export const objectListing =
  (base: BaseStore, records: ObjectRecords) =>
  (bucket: string, query: URLSearchParams): Promise<string> =>
    records.inTurn(async () => {
      if ((await base.getBucket(bucket)) === null) {
        throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
      }
      const page = pageOf(await records.keys(bucket), {
        prefix: query.get('prefix') ?? '',
        delimiter: query.get('delimiter') ?? '',
        after: startOf(query),
        limit: Math.min(maxEntries, limitOf(query)),
      });
      const keys = page.entries.filter(({ isGroup }) => !isGroup).map(({ name }) => name);
      const contents = await Promise.all(
        keys.map(async (key) => ({ key, record: await records.read(bucket, key) })),
      );
      return describe(bucket, query, page, contents);
    });

/** @param keys sorted */
export function pageOf(
  keys: readonly string[],
  options: { prefix: string; delimiter: string; after: string; limit: number },
): Page {
  const { prefix, delimiter, after, limit } = options;
  const entries: Entry[] = [];
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const entry = entryOf(key, prefix, delimiter);
    if (!isAfter(entry.name, after) || entry.name === entries.at(-1)?.name) continue;
    if (entries.length >= limit) return { entries, isTruncated: limit > 0 };
    entries.push(entry);
  }
  return { entries, isTruncated: false };
}

function entryOf(key: string, prefix: string, delimiter: string): Entry {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1
    ? { name: key, isGroup: false }
    : { name: key.slice(0, end + delimiter.length), isGroup: true };
}

const isAfter = (name: string, after: string): boolean =>
  Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0;

function limitOf(query: URLSearchParams): number {
  const text = query.get('max-keys') ?? String(maxEntries);
  if (!/^\d{1,10}$/.test(text)) throw new S3Error('InvalidArgument', 'max-keys is no number.');
  return Number(text);
}

const isVersion2 = (query: URLSearchParams): boolean => query.get('list-type') === '2';

/** The token is the last name of the page before; clients take it as it comes. */
function startOf(query: URLSearchParams): string {
  if (!isVersion2(query)) return query.get('marker') ?? '';
  const token = query.get('continuation-token');
  return token === null
    ? (query.get('start-after') ?? '')
    : Buffer.from(token, 'base64url').toString();
}

function describe(
  bucket: string,
  query: URLSearchParams,
  { entries, isTruncated }: Page,
  contents: readonly { readonly key: string; readonly record: ObjectRecord | undefined }[],
): string {
  const isEncoded = query.get('encoding-type') === 'url';
  const written = (name: string) => (isEncoded ? encodePath(name) : name);
  const next = isTruncated ? entries.at(-1)?.name : undefined;
  const token = next === undefined ? undefined : Buffer.from(next).toString('base64url');
  const position: XmlElement[] = isVersion2(query)
    ? [
        ['KeyCount', entries.length],
        ['ContinuationToken', query.get('continuation-token') ?? undefined],
        ['NextContinuationToken', token],
      ]
    : [
        ['Marker', written(query.get('marker') ?? '')],
        // Without groups the last key says it, which the minio client reads more rightly than this.
        ['NextMarker', query.get('delimiter') && next !== undefined ? written(next) : undefined],
      ];
  return xmlDocument('ListBucketResult', [
    ['Name', bucket],
    ['Prefix', written(query.get('prefix') ?? '')],
    ['Delimiter', query.get('delimiter') ?? undefined],
    ['MaxKeys', limitOf(query)],
    ['EncodingType', isEncoded ? 'url' : undefined],
    ['IsTruncated', isTruncated],
    ...position,
    ...contents.map(({ key, record }): XmlElement => [
      'Contents',
      [
        ['Key', written(key)],
        ['LastModified', record?.modified],
        ['ETag', record && `"${record.md5}"`],
        ['Size', record?.size],
        ['StorageClass', 'STANDARD'],
      ],
    ]),
    ...entries
      .filter(({ isGroup }) => isGroup)
      .map(({ name }): XmlElement => ['CommonPrefixes', [['Prefix', written(name)]]]),
  ]);
}
