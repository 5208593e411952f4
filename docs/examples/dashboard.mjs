// A live dashboard: figures once by query, then anew whenever something changes.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // browsers have their own: leave out `webSocketImpl` there

const [url, accessToken] = process.argv.slice(2);

const client = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  // A function, so that a reconnect sends the newest token.
  connectionParams: () => ({ authorization: `Bearer ${accessToken}` }),
  keepAlive: 10_000,
});

const updates = client.iterate({
  query: `subscription { dashboardUpdated { asOf totals { enrollments activeLearners } } }`,
});
console.log('listening');
for await (const { data, errors } of updates) {
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  const { enrollments, activeLearners } = data.dashboardUpdated.totals;
  console.log(`${enrollments} enrolments, ${activeLearners} active learners`);
  break; // a dashboard would go on
}
await client.dispose();
