"""Delivery over HTTP: pages, fragments and forms."""
