"""How the page does when many people use it at once."""
