"""The OpenAPI document, made from the table of operations, and its page for people."""
