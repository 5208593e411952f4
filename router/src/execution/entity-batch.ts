import type { FetchFailure, SubgraphError } from './errors.js';
import type { JsonObject } from './json.js';

/** One entity that an operation asks a subgraph for, however often it occurs. */
export interface EntitySlot {
  readonly representation: string;
  /** Settles, never rejects, when the answer is there. */
  readonly answered: Promise<void>;
  /** `undefined` until then; afterwards what the subgraph knows of it. Nobody may change it. */
  entity: JsonObject | null | undefined;
  /** Errors of this entity; their paths begin at it. */
  errors: readonly SubgraphError[];
  /** Why there is no answer at all. */
  failure: FetchFailure | undefined;
}

/** Sends representations and fills their slots. Never rejects. */
export type SendEntities = (slots: readonly EntitySlot[]) => Promise<void>;

/**
 * All that one request asks of one kind of entity. Nodes of a plan that run at the same time share a request
 * to the subgraph, and an entity that was asked for before is not asked for again.
 */
export interface EntityBatch {
  slot(representation: string): EntitySlot;
}

export function entityBatch(send: SendEntities): EntityBatch {
  const slots = new Map<string, EntitySlot>();
  let collecting: { readonly slots: EntitySlot[]; readonly answered: Promise<void> } | undefined;

  /** Waits for the end of this turn of the event loop: all nodes that can run by then have asked. */
  const collect = () => {
    const members: EntitySlot[] = [];
    const answered = new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      collecting = undefined;
      return send(members);
    });
    return { slots: members, answered };
  };

  return {
    slot(representation) {
      const known = slots.get(representation);
      if (known !== undefined) return known;
      collecting ??= collect();
      const slot: EntitySlot = {
        representation,
        answered: collecting.answered,
        entity: undefined,
        errors: [],
        failure: undefined,
      };
      collecting.slots.push(slot);
      slots.set(representation, slot);
      return slot;
    },
  };
}
