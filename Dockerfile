FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/yogo \
    YOGO_STATIC_ROOT=/srv/yogo-static \
    YOGO_FRONTEND_BUILD=/srv/yogo-frontend \
    NUMBA_CACHE_DIR=/srv/yogo-kernels

RUN useradd --system --uid 10001 --create-home yogo \
    && install --directory --owner=yogo /srv/yogo-static /srv/yogo-frontend /srv/yogo-kernels
WORKDIR /srv/yogo

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY . .
USER yogo

# The method's kernels are compiled into the image: no worker's first training waits for it.
RUN python -m ciri.compiling

# The pages' parts are built into the image. The settings want addresses, which nothing uses here.
RUN export YOGO_SECRET_KEY=unused DATABASE_URL=postgresql:///unused BROKER_URL=redis://unused \
    && python manage.py prepare --files-only

EXPOSE 8000
CMD ["gunicorn", "--config=runtime/gunicorn_conf.py", "--bind=0.0.0.0:8000", "config.wsgi"]
