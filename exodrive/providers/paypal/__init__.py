"""PayPal's Orders v2 and Payments v2 behind the payment port, its Invoicing v2 behind the port of bills."""

from exodrive.providers.paypal.bills import PayPalBills
from exodrive.providers.paypal.client import PayPal
from exodrive.providers.paypal.tokens import MemoryTokens, RedisTokens, TokenStore

__all__ = ["MemoryTokens", "PayPal", "PayPalBills", "RedisTokens", "TokenStore"]
