/** `npm run --silent signing-key`: prints a new private key for access tokens, as TOKEN_SIGNING_KEYS takes it. */
import { generateSigningKey } from '@pcc/learning';

console.log(await generateSigningKey());
