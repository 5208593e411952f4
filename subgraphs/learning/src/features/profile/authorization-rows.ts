import { everybody, mutation, type FieldRow } from '../../authorization/table.js';

export const fieldRows: readonly FieldRow[] = [];

const signedIn = { ...everybody('ok'), anonymous: 'UNAUTHENTICATED' };

export const mutationRows = [
  mutation('updateProfile', 'of oneself', () => ({}), signedIn),
  mutation('updatePreferences', 'of oneself', () => ({}), signedIn),
];
