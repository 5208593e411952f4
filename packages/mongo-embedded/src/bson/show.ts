/** A value for an error message: JSON, with 64-bit integers as plain digits. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? String(item) : item,
  ) as string | undefined;
  return text ?? 'undefined';
}
