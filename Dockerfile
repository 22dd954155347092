# The emulator as an image without shell and package manager: Node, the libraries that it loads, and the program.
#   docker build -t dsql-auth-emulator .
# docker/README.md shows its use; docker/smoke-test.sh builds and checks it.

# Debian with Node and npm. Only its Node and C libraries come into the image.
ARG NODE_IMAGE=node:24.20.0-trixie-slim

# dist/ and the packages are JavaScript and WebAssembly, so they are made once, on the machine that builds.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Behind a proxy with a certificate authority of its own: --secret id=ca,src=CA.pem
RUN --mount=type=secret,id=ca --mount=type=cache,target=/root/.npm \
  if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
  && npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE ./
COPY scripts/build.mjs scripts/
COPY docker/build/keep-what-runs.mjs docker/build/
COPY emulator/src emulator/src
RUN node scripts/build.mjs
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && node docker/build/keep-what-runs.mjs /app /out/app

FROM ${NODE_IMAGE} AS runtime
COPY docker/build/collect-runtime.sh /
RUN sh /collect-runtime.sh /out

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="dsql-auth-emulator" \
  org.opencontainers.image.description="A local Amazon Aurora DSQL emulator that gets authorization right" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"
COPY --from=runtime /out/ /
COPY --from=build /out/app/ /app/
ENV PATH=/usr/local/bin:/usr/bin \
  NODE_ENV=production \
  DSQL_EMULATOR_HOST=0.0.0.0 \
  DSQL_EMULATOR_PG_PORT=5432 \
  DSQL_EMULATOR_HTTP_PORT=9432 \
  DSQL_EMULATOR_DATA_DIR=/data \
  DSQL_EMULATOR_READY_FILE=/data/ready.json
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 5432 9432
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 CMD ["dsql-emulator", "health"]
ENTRYPOINT ["dsql-emulator"]
CMD ["start"]
