import type { LinkTokens } from './link-token.js';
import type { DueMail, LinkPurpose, Mail, MailTemplate } from './model.js';
import { words } from './templates.js';

/** What the token of a mail's link allows; none for links that anybody may open. */
const purposes: Partial<Record<MailTemplate, LinkPurpose>> = {
  'verify-email': 'verify-email',
  'reset-password': 'reset-password',
  'change-email': 'change-email',
};

/** The application's pages that links open. */
const pages: Readonly<Record<MailTemplate, string>> = {
  'verify-email': 'verify-email',
  'account-exists': 'forgot-password',
  'reset-password': 'reset-password',
  'password-changed': 'forgot-password',
  'change-email': 'confirm-email-change',
  'change-email-asked': 'forgot-password',
};

/** The address of an application's page, with the token that it hands to the mutation of the same meaning. */
export function linkTo(publicUrl: string, template: MailTemplate, token: string | null): string {
  const url = new URL(pages[template], publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`);
  if (token !== null) url.searchParams.set('token', token);
  return url.href;
}

/** Makes the mails to be sent: the secret in a link exists from here on only. @param publicUrl of the application */
export const composer =
  (tokens: LinkTokens, publicUrl: string) =>
  ({ id, template, language, tokenId, to }: DueMail & { readonly to: string }): Mail => {
    const purpose = purposes[template];
    const token = purpose === undefined || tokenId === null ? null : tokens.sign(purpose, tokenId);
    const link = linkTo(publicUrl, template, token);
    const { subject, paragraphs } = words[template][language];
    const text = paragraphs
      .map((paragraph) => paragraph.replace('{link}', link).replace('{token}', token ?? ''))
      .join('\n\n');
    return { id, to, subject, text: `${text}\n`, link, token };
  };
