"""PayPal's Orders v2 and Payments v2 behind the payment port."""

from exodrive.providers.paypal.client import PayPal
from exodrive.providers.paypal.tokens import MemoryTokens, RedisTokens, TokenStore

__all__ = ["MemoryTokens", "PayPal", "RedisTokens", "TokenStore"]
