import type { Viewer } from '@pcc/platform';
import type { Account, SeenAccount, StoredAccount } from './model.js';

/** All of an account: what its owner sees of herself, and an admin of everybody. */
export const whole = (account: StoredAccount): Account => {
  const { id, displayName, bio, role, email, language, timeZone, suspendedAt } = account;
  const { showsName, showsBio } = account;
  const privacy = { showsName, showsBio };
  return { id, displayName, bio, role, email, language, timeZone, privacy, suspendedAt };
};

/**
 * What a viewer may see of an account (DESIGN section 8: privacy lives in learning): a person herself and admins all of
 * it, a teacher enough to teach, others what the person allows, visitors the names of those who teach.
 * @returns null for somebody of whom she may not even know that there is such a person
 */
export function seenBy(viewer: Viewer, account: SeenAccount): Account | null {
  if (viewer.isAdmin || viewer.id === account.id) return whole(account);
  if (!viewer.isSignedIn && !account.teaches) return null;
  const learns = account.learnsFromViewer && viewer.hasRole('instructor');
  const { id, role, displayName, bio, email } = account;
  return {
    id,
    role,
    displayName: learns || account.teaches || account.showsName ? displayName : null,
    bio: learns || (viewer.isSignedIn && account.showsBio) ? bio : null,
    email: learns ? email : null,
    language: null,
    timeZone: null,
    privacy: null,
    suspendedAt: null,
  };
}
