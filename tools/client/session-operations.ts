import { operation } from './operation.js';

export interface SessionData {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  readonly user: { readonly id: string; readonly displayName: string | null; readonly role: Role };
}
export type Role = 'STUDENT' | 'INSTRUCTOR' | 'ADMIN';

const session = `session { accessToken refreshToken expiresAt user { id displayName role } }
  userErrors { code message field }`;

export const registerOperation = operation<
  { register: { accepted: true } },
  { input: { email: string; password: string; displayName: string; language?: 'EN' | 'ES' | 'PT' } }
>(
  `mutation Register($input: RegisterInput!) { register(input: $input) { accepted
    userErrors { code message field } } }`,
);

export const verifyEmailOperation = operation<
  { verifyEmail: { session: SessionData } },
  { input: { token: string; password: string; device?: string } }
>(`mutation VerifyEmail($input: VerifyEmailInput!) { verifyEmail(input: $input) { ${session} } }`);

export const logInOperation = operation<
  { logIn: { session: SessionData } },
  { input: { email: string; password: string } }
>(`mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${session} } }`);

export const refreshSessionOperation = operation<
  { refreshSession: { session: SessionData } },
  { input: { refreshToken: string } }
>(
  `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${session} } }`,
);

export const logOutOperation = operation<{ logOut: { sessionId: string | null } }>(
  `mutation LogOut { logOut { sessionId userErrors { code message field } } }`,
);

export const meOperation = operation<{ me: SessionData['user'] | null }>(
  `query Me { me { id displayName role } }`,
);
