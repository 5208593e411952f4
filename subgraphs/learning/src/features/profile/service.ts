import type { UnitOfWork } from '@pcc/events';
import { AppError, ok, validate, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { given, text, timeZone } from '../../inputs.js';
import { languages } from '../../languages.js';
import { displayName, whole, type Account, type AccountService } from '../account/service.js';

export interface ProfileDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
}

/** GraphQL allows null for every optional field; here it means the same as leaving it out. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const profile = z.object({
  displayName: optional(displayName),
  bio: optional(text(2_000).trim()),
});
const preferences = z.object({
  language: optional(z.enum(languages)),
  timeZone: optional(timeZone),
  showsName: optional(z.boolean()),
  showsBio: optional(z.boolean()),
});

export type ProfileService = ReturnType<typeof profileService>;

/** What people change of themselves without proving anything but who they are. */
export const profileService = ({ unitOfWork, accounts }: ProfileDeps) => {
  const change = async <Schema extends z.ZodType<object>>(
    viewer: Viewer,
    schema: Schema,
    input: unknown,
  ): Promise<Result<Account>> => {
    const userId = viewer.mustBeSignedIn();
    const checked = validate(schema, input);
    if (!checked.ok) return checked;
    const changes = given(checked.value);
    return unitOfWork.run(async (work) => {
      const before = await accounts.find(work.transaction, userId);
      if (before === null) throw new AppError('UNAUTHENTICATED');
      if (Object.keys(changes).length === 0) return ok(whole(before));
      return ok(whole(await accounts.change(work, userId, changes, viewer.actorId)));
    });
  };

  return {
    updateProfile: (viewer: Viewer, input: unknown) => change(viewer, profile, input),
    updatePreferences: (viewer: Viewer, input: unknown) => change(viewer, preferences, input),
  };
};
