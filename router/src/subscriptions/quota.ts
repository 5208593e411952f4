/** Counts what is open, by owner and in all, and says when it is too much. */
export interface Quota {
  /** @returns whether there was room; if so, `leave` must follow */
  enter(owner: string): boolean;
  leave(owner: string): void;
  readonly total: number;
}

export function quota(perOwner: number, inAll: number): Quota {
  const byOwner = new Map<string, number>();
  let total = 0;
  return {
    enter(owner) {
      const own = byOwner.get(owner) ?? 0;
      if (own >= perOwner || total >= inAll) return false;
      byOwner.set(owner, own + 1);
      total++;
      return true;
    },
    leave(owner) {
      const own = byOwner.get(owner) ?? 0;
      if (own === 0) return;
      if (own === 1) byOwner.delete(owner);
      else byOwner.set(owner, own - 1);
      total--;
    },
    get total() {
      return total;
    },
  };
}
