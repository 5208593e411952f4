import type { Language } from '../../languages.js';

export type CategoryNames = Readonly<Record<Language, string>>;

export interface Category {
  readonly id: string;
  readonly parentId: string | null;
  readonly slug: string;
  readonly names: CategoryNames;
  /** From 1, without gaps, among those with the same parent. */
  readonly position: number;
}
