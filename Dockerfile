FROM rust:1.95-slim-trixie AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package aumsos-server --bin aumsos \
    && install -D target/release/aumsos /aumsos

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0750 -o 10001 -g 10001 /data
COPY --from=build /aumsos /usr/local/bin/aumsos
# Only /data is ever written: the root may be read-only.
# Threads share two heaps, and what is large goes back when it is freed: an import that has ended leaves less behind
# (docs/performance.md).
ENV AUMSOS_DATA_DIR=/data \
    AUMSOS_HTTP__LISTEN=0.0.0.0:8080 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=262144 \
    MALLOC_TRIM_THRESHOLD_=262144
USER 10001:10001
# An aumsos.toml mounted here is read.
WORKDIR /etc/aumsos
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# The image has no HTTP client; bash can open the connection itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; read -r _ status _ <&3; [ \"$status\" = 200 ]"]
ENTRYPOINT ["aumsos"]
CMD ["serve"]
