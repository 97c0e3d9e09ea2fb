# One image for both: the trainer (`gan-ainm fit`) and the service (the default command).
FROM python:3.11-slim AS dependencies
RUN python -m venv /venv
WORKDIR /build
COPY pyproject.toml ./
COPY scripts scripts
ARG TORCH=cpu
RUN scripts/install-torch /venv/bin/python
COPY requirements.lock ./
RUN /venv/bin/python -m pip install --no-deps --require-hashes -r requirements.lock

# Our own code gets a layer of its own, so that a change of code does not copy the dependencies again.
FROM dependencies AS package
COPY LICENSE README.md ./
COPY cli cli
COPY client client
COPY index index
COPY model model
COPY service service
COPY training training
RUN /venv/bin/python -m pip install --no-deps --no-build-isolation --prefix /package ./client .

# The image needs no pip, no C++ headers, none of PyTorch's own tests, and of music21 only the tunes.
FROM dependencies AS trimmed
RUN cd /venv/lib/python3.11/site-packages \
    && rm -rf torch/include torch/test torch/bin/test_* \
    && find music21 -type f ! -name '*.abc' ! -path music21/__init__.py -delete \
    && /venv/bin/python -m pip uninstall --yes pip

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Gan Ainm" \
      org.opencontainers.image.description="Puts names to folk tunes" \
      org.opencontainers.image.licenses="MIT"
RUN install -d -o 10001 -g 10001 /artifacts
COPY --from=trimmed /venv /venv
COPY --from=package /package /venv
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    ARTIFACTS=/artifacts
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import os, urllib.request as r; \
r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
CMD ["gan-ainm", "serve"]
