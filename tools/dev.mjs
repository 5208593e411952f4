/**
 * `npm run dev`: runs the platform and starts it anew when a source file changes. Embedded stores start
 * from their files, so a restart takes about two seconds.
 */
import { execFileSync, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const watched = ['packages', 'subgraphs', 'router', 'start', 'start.ts'];
const ignored = /(^|\/)(dist|node_modules|generated|\.turbo)\/|\.test\.ts$/;
const settleMs = 150;

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
/** @type {NodeJS.Timeout | undefined} */
let timer;
let stopping = false;

function build() {
  try {
    execFileSync(process.execPath, ['tools/build.mjs'], { cwd: root, stdio: 'inherit' });
    return true;
  } catch {
    console.error('Not restarted: mend the error above and save.');
    return false;
  }
}

function start() {
  child = spawn(
    process.execPath,
    ['--disable-wasm-trap-handler', '--enable-source-maps', 'dist/start.js'],
    { cwd: root, stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: '16' } },
  );
}

async function stop() {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function restart() {
  if (stopping || !build()) return;
  await stop();
  console.log('— restarted —');
  start();
}

for (const path of watched) {
  watch(new URL(`../${path}`, import.meta.url), { recursive: true }, (_event, file) => {
    if (file === null || ignored.test(`/${file}`)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void restart(), settleMs);
  });
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    stopping = true;
    void stop().then(() => process.exit(0));
  });
}
if (build()) start();
