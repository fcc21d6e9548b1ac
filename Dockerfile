# venue in an image of its own, for pipelines and for those who install nothing:
#   docker build --tag venue .
#   docker run --rm --volume "$PWD:/maps" venue check
FROM rust:1.90-slim AS build
WORKDIR /venue
COPY . .
# jemalloc is built with it.
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
RUN cargo install --locked --path . --root /program

FROM debian:stable-slim
# git tells what changed; the authorities are for `check --online` and `publish`.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'
COPY --from=build /program/bin/venue /usr/local/bin/venue
WORKDIR /maps
ENTRYPOINT ["venue"]
CMD ["--help"]
