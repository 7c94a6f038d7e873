"""The parts of the chat page; only `app.py` imports them."""
