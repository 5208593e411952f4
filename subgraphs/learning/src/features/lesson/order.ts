/** The order with `id` at `position`, counted from 1; at the end when there are fewer places. */
export function placed(ids: readonly string[], id: string, position: number): string[] {
  const others = ids.filter((other) => other !== id);
  return [...others.slice(0, position - 1), id, ...others.slice(position - 1)];
}

/** Whether an order names each of these, and each once. */
export function isOrderOf(ids: readonly string[], order: readonly string[]): boolean {
  const named = new Set(order);
  return order.length === ids.length && ids.every((id) => named.has(id));
}
