"""How fast the index is, beside the usual LangChain stack."""
