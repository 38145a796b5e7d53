"""The embedded PostgreSQL and broker, and the supervisor behind ./yogo. Knows no app and no Django."""
