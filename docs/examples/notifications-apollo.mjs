// Apollo Client: queries over HTTP, subscriptions over graphql-ws; every notification once and in order.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // browsers have their own: leave out `webSocketImpl` there

const [url, accessToken, position] = process.argv.slice(2);
let last = Number(position ?? 0); // keep it where your application keeps its state

const authorization = () => `Bearer ${accessToken}`; // a function, so that the newest token is sent
const http = new HttpLink({
  uri: `${url}/graphql`,
  fetch: (to, init) =>
    fetch(to, { ...init, headers: { ...init.headers, authorization: authorization() } }),
});
const ws = new GraphQLWsLink(
  createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: authorization() }),
    retryAttempts: 0, // we connect again ourselves, with the newest position
  }),
);
const client = new ApolloClient({
  link: ApolloLink.split(({ operationType }) => operationType === 'subscription', ws, http),
  cache: new InMemoryCache(),
});

const { data } = await client.query({
  query: gql`
    {
      me {
        displayName
      }
    }
  `,
});
console.log(data.me.displayName);

function follow() {
  const again = () => setTimeout(follow, 500 + Math.random() * 1_000); // not all at once
  client
    .subscribe({
      query: gql`
        subscription ($after: Int) {
          notificationReceived(after: $after) {
            seq
            title
          }
        }
      `,
      variables: { after: last },
      fetchPolicy: 'no-cache',
    })
    .subscribe({
      next({ data: received, error }) {
        if (error) return; // the connection was lost: `complete` follows
        const { seq, title } = received.notificationReceived;
        last = seq;
        console.log(`${seq} ${title}`);
      },
      error: again,
      complete: again,
    });
}

follow();
