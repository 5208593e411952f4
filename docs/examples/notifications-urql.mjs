// urql: queries over HTTP, subscriptions over graphql-ws; every notification once and in order.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // browsers have their own: leave out `webSocketImpl` there

const [url, accessToken, position] = process.argv.slice(2);
let last = Number(position ?? 0); // keep it where your application keeps its state

const authorization = () => `Bearer ${accessToken}`; // a function, so that the newest token is sent
const ws = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: () => ({ authorization: authorization() }),
  retryAttempts: 0, // we connect again ourselves, with the newest position
});
const client = new Client({
  url: `${url}/graphql`,
  preferGetMethod: false,
  fetchOptions: () => ({ headers: { authorization: authorization() } }),
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: ws.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const { data } = await client.query(`{ me { displayName } }`, {});
console.log(data.me.displayName);

function follow() {
  const query = `subscription ($after: Int) { notificationReceived(after: $after) { seq title } }`;
  const { unsubscribe } = client.subscription(query, { after: last }).subscribe((result) => {
    if (result.error) {
      // The connection was lost, or closed by the router.
      unsubscribe();
      setTimeout(follow, 500 + Math.random() * 1_000); // not all at once
      return;
    }
    const { seq, title } = result.data.notificationReceived;
    last = seq;
    console.log(`${seq} ${title}`);
  });
}

follow();
