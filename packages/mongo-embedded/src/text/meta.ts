import { CommandError, notImplemented } from '../errors.js';
import type { Document } from '../bson/types.js';

const others = new Set(
  'searchScore searchHighlights indexKey sortKey recordId geoNearDistance geoNearPoint randVal vectorSearchScore score scoreDetails'.split(
    ' ',
  ),
);

/**
 * Whether documents carry a text score: they do after a `$text`, and not in a query without one. Elsewhere, in
 * the later stages of a pipeline and in `findAndModify`, MongoDB has it and this server has not.
 */
export type Scored = 'scored' | 'unscored' | 'elsewhere';

/** Checks a `{ $meta: ... }`: the text score is the one kind of metadata there is here, after a `$text`. */
export function checkMeta(meta: Document, scored: Scored): void {
  const kind = meta['$meta'];
  if (Object.keys(meta).length !== 1 || typeof kind !== 'string' || others.has(kind))
    throw notImplemented(`metadata other than the text score (${JSON.stringify(meta)})`);
  if (kind !== 'textScore')
    throw new CommandError('UnknownMeta', `Unsupported argument to $meta: ${kind}`);
  if (scored === 'elsewhere') throw notImplemented('the text score at this place');
  if (scored === 'unscored')
    throw new CommandError(
      'MetadataMissing',
      'query requires text score metadata, but it is not available',
    );
}
