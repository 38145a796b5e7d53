"""Databases of earlier releases, brought to the newest."""
