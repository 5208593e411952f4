import { compareKeys } from '../bson/order.js';

/** A contiguous piece of the key space: from `low` (included) up to `high` (excluded). */
export interface KeyRange {
  low: string;
  high: string;
}

interface Block {
  keys: string[];
  values: number[];
}

const maxBlock = 512;

/**
 * Sorted keys in blocks of at most 512, a two-level B+tree: finding is two binary searches,
 * inserting shifts one small array. Good to millions of entries.
 */
export interface OrderedMap {
  readonly size: number;
  set(key: string, value: number): void;
  delete(key: string): boolean;
  values(range: KeyRange, reverse?: boolean): Generator<number>;
  /** Entries in order; for tests that compare an index with its data. */
  entries(): Generator<[string, number]>;
}

export function orderedMap(): OrderedMap {
  let blocks: Block[] = [{ keys: [], values: [] }];
  let size = 0;

  /** The block where `key` is or belongs: the last one whose first key is not above it. */
  const blockOf = (key: string): number => {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((blocks[middle]?.keys[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  /** Block and position of the first entry that is not below `key`. */
  const seek = (key: string): [number, number] => {
    const index = blockOf(key);
    const position = lowerBound(blocks[index]?.keys ?? [], key);
    return position < (blocks[index]?.keys.length ?? 0) ? [index, position] : [index + 1, 0];
  };

  const split = (index: number, block: Block): void => {
    const middle = block.keys.length >>> 1;
    const right = { keys: block.keys.splice(middle), values: block.values.splice(middle) };
    blocks.splice(index + 1, 0, right);
  };

  function* forward({ low, high }: KeyRange): Generator<number> {
    let [index, position] = seek(low);
    for (; index < blocks.length; index++, position = 0) {
      const block = blocks[index];
      if (!block) return;
      for (; position < block.keys.length; position++) {
        if ((block.keys[position] ?? '') >= high) return;
        yield block.values[position] ?? 0;
      }
    }
  }

  function* backward({ low, high }: KeyRange): Generator<number> {
    let [index, position] = seek(high);
    position--;
    for (; index >= 0; index--, position = (blocks[index]?.keys.length ?? 0) - 1) {
      const block = blocks[index];
      if (!block) continue;
      for (; position >= 0; position--) {
        if ((block.keys[position] ?? '') < low) return;
        yield block.values[position] ?? 0;
      }
    }
  }

  return {
    get size() {
      return size;
    },
    set(key, value) {
      const index = blockOf(key);
      const block = blocks[index];
      if (!block) return;
      const position = lowerBound(block.keys, key);
      if (block.keys[position] === key) {
        block.values[position] = value;
        return;
      }
      block.keys.splice(position, 0, key);
      block.values.splice(position, 0, value);
      size++;
      if (block.keys.length > maxBlock) split(index, block);
    },
    delete(key) {
      const index = blockOf(key);
      const block = blocks[index];
      const position = block ? lowerBound(block.keys, key) : -1;
      if (!block || block.keys[position] !== key) return false;
      block.keys.splice(position, 1);
      block.values.splice(position, 1);
      size--;
      if (block.keys.length === 0 && blocks.length > 1)
        blocks = blocks.filter((other) => other !== block);
      return true;
    },
    values: (range, reverse = false) => (reverse ? backward(range) : forward(range)),
    *entries() {
      for (const block of blocks)
        for (let at = 0; at < block.keys.length; at++)
          yield [block.keys[at] ?? '', block.values[at] ?? 0];
    },
  };
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
