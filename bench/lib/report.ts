import { cpus, totalmem } from 'node:os';

/** What the figures were measured on: without it they mean nothing. */
export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Node ${process.version}, ${process.platform}`;
}

/** A Markdown table; numbers are right-aligned by the first row's kind. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  const text = (value: string | number | undefined) =>
    typeof value === 'number' ? formatNumber(value) : (value ?? '');
  const widths = columns.map((column) =>
    Math.max(3, column.length, ...rows.map((row) => text(row[column]).length)),
  );
  const isNumber = columns.map((column) => typeof first[column] === 'number');
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, index) =>
    isNumber[index] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [
    line(columns),
    line(rule),
    ...rows.map((row) => line(columns.map((column) => text(row[column])))),
  ].join('\n');
}

/** Three digits that matter: 12345 → 12,345; 12.345 → 12.3; 0.12345 → 0.12. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Progress goes to standard error, so that the report can be sent to a file. */
export const progress = (text: string): void => void process.stderr.write(`${text}\n`);
