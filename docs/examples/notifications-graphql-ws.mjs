// Plain graphql-ws: every notification once and in order, whatever happens to the connection.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // browsers have their own: leave out `webSocketImpl` there

const [url, accessToken, position] = process.argv.slice(2);
let token = accessToken;
let last = Number(position ?? 0); // keep it where your application keeps its state

let socket;
const client = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: () => ({ authorization: `Bearer ${token}` }),
  retryAttempts: 0, // we connect again ourselves, with the newest position
  on: {
    opened: (opened) => (socket = opened),
    // What the router says to a newer token: how long the connection may live now.
    pong: (received, payload) => received && payload && console.log(`until ${payload.expiresAt}`),
  },
});

function follow() {
  const again = () => setTimeout(follow, 500 + Math.random() * 1_000); // not all at once
  client.subscribe(
    {
      query: `subscription ($after: Int) { notificationReceived(after: $after) { seq title } }`,
      variables: { after: last },
    },
    {
      next({ data, errors }) {
        if (errors) return console.error(errors[0].message);
        const { seq, title } = data.notificationReceived;
        last = seq;
        console.log(`${seq} ${title}`);
      },
      error: again, // the connection was lost, or closed by the router
      complete: again,
    },
  );
}

// Before the token expires the connection can be given a newer one: nothing is interrupted.
export function refreshed(newToken) {
  token = newToken;
  const payload = { authorization: `Bearer ${token}` };
  socket.send(JSON.stringify({ type: 'ping', payload }));
}

follow();
process.stdin.on('data', (line) => refreshed(String(line).trim()));
