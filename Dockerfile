# One image for every process; the command says which: `node subgraphs/learning/dist/main.js`.
FROM node:22-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/events/package.json packages/events/
COPY packages/mongo-embedded/package.json packages/mongo-embedded/
COPY packages/platform/package.json packages/platform/
COPY packages/stores/package.json packages/stores/
COPY packages/testkit/package.json packages/testkit/
COPY subgraphs/learning/package.json subgraphs/learning/
COPY subgraphs/commerce/package.json subgraphs/commerce/
COPY subgraphs/content/package.json subgraphs/content/
COPY subgraphs/insights/package.json subgraphs/insights/
COPY router/package.json router/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run generate && node tools/build.mjs
# The embedded engines are optional at run time and half of the size: production never starts them.
RUN npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/@chdb node_modules/chdb node_modules/@electric-sql packages/*/src subgraphs/*/src router/src

FROM node:22-trixie-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=root:root /app /app
# Reads only: nothing in the image belongs to this user.
USER node
CMD ["node", "--max-semi-space-size=32", "--no-parallel-scavenge", "--enable-source-maps", "router/dist/main.js"]
