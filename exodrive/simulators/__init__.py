"""PayPal, DocuSeal and Resend as far as a rental needs them: one Flask app that speaks their real HTTP.

It stands in for the three providers in the sandbox and in tests. It imports nothing of the product and
nothing imports it: the product reaches it by another base address only.
"""
