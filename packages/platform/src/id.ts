import { v7, validate } from 'uuid';

/** A new UUIDv7: unique, and later ones sort after earlier ones, so it serves as a pagination cursor too. */
export const newId = (): string => v7();

/** Whether a client-given id has the form of ours; anything else cannot exist and must not reach a store. */
export const isId = (value: string): boolean => validate(value);
