// A page of an application: sign in, ask for what the screen shows, keep the session fresh.
const [url, email, password] = process.argv.slice(2);

async function ask(query, variables, accessToken) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}

const { logIn } = await ask(
  `mutation ($input: LogInInput!) {
     logIn(input: $input) {
       session { accessToken refreshToken expiresAt }
       userErrors { code message }
     }
   }`,
  { input: { email, password } },
);
// A refusal is data: nothing is thrown for a wrong password.
if (logIn.userErrors.length > 0) throw new Error(logIn.userErrors[0].message);

const { me } = await ask(
  `{ me { displayName enrollments(first: 10) { nodes { progressPercent course { title } } } } }`,
  {},
  logIn.session.accessToken,
);
console.log(me.displayName);
for (const { progressPercent, course } of me.enrollments.nodes) {
  console.log(`${progressPercent} %  ${course.title}`);
}

// Access tokens live 15 minutes. Before `expiresAt`, exchange the refresh token; each works once.
const { refreshSession } = await ask(
  `mutation ($token: String!) {
     refreshSession(input: { refreshToken: $token }) {
       session { accessToken refreshToken expiresAt }
       userErrors { code }
     }
   }`,
  { token: logIn.session.refreshToken },
);
console.log(refreshSession.session ? 'session refreshed' : refreshSession.userErrors[0].code);
