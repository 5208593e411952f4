import { defineConfig } from 'vitest/config';
import { modules, onPlatform, running } from './vitest.shared.js';

/** `npm run test:browser`: needs /usr/bin/chromium, which `.ci/run` installs; so `npm test` leaves it out. */
export default defineConfig({
  ...modules,
  test: { name: 'browser', include: ['e2e/**/*.browser.test.ts'], ...running, ...onPlatform },
});
